# The scorer, on NVIDIA cards. onnxruntime-node 1.30 runs on CUDA 12 and cuDNN 9.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY functions/docker/steps/packages.sh functions/docker/steps/cuda-provider.sh functions/docker/steps/
RUN sh functions/docker/steps/packages.sh && sh functions/docker/steps/cuda-provider.sh

FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 UV_THREADPOOL_SIZE=4
# Which of the driver's libraries the container sees.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
# What was asked for and can't be had is an error, never a slower way.
ENV FIDUCIAL_PROVIDER=cuda
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app/node_modules node_modules
COPY package.json ./
COPY domain domain
COPY storage storage
COPY imaging imaging
COPY inference inference
COPY scoring scoring
COPY functions functions
COPY models models
VOLUME ["/tmp"]
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["node", "functions/health.ts"]
CMD ["node", "functions/scorer.ts"]
