# The scorer, on CPUs. Built by `cdk deploy`, or: docker build -f functions/docker/scorer.cpu.Dockerfile .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY functions/docker/steps/packages.sh functions/docker/steps/
RUN sh functions/docker/steps/packages.sh

FROM node:24.21.0-bookworm-slim
# Fewer arenas: what sharp frees goes back to the system. Four images are decoded at once.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 UV_THREADPOOL_SIZE=4
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY package.json ./
COPY domain domain
COPY storage storage
COPY imaging imaging
COPY inference inference
COPY scoring scoring
COPY functions functions
COPY models models
# The task's root file system is read-only; /tmp is a volume.
VOLUME ["/tmp"]
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["node", "functions/health.ts"]
CMD ["node", "functions/scorer.ts"]
