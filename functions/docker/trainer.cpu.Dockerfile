# The trainer, on CPUs: tfjs-node, its addon built against the wheel tensorflow-cpu.
FROM node:24.21.0-bookworm AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ binutils python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
ENV XDG_CACHE_HOME=/app/.native/cache
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY functions/docker/steps/packages.sh functions/docker/steps/tensorflow.sh functions/docker/steps/
RUN sh functions/docker/steps/packages.sh
COPY scripts/build-tfjs-node.mjs scripts/
RUN sh functions/docker/steps/tensorflow.sh cpu

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 TF_ENABLE_ONEDNN_OPTS=1
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.native .native
COPY package.json ./
COPY domain domain
COPY storage storage
COPY imaging imaging
COPY inference inference
COPY scoring scoring
COPY training training
COPY functions functions
COPY models models
VOLUME ["/tmp"]
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["node", "functions/health.ts"]
CMD ["node", "functions/trainer.ts"]
