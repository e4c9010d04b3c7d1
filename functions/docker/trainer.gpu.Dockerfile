# The trainer, on NVIDIA cards: tfjs-node, its addon built against the wheel tensorflow 2.15.1, which runs on CUDA 12.2
# and cuDNN 8.9 (steps/tensorflow.sh says why not tfjs-node-gpu's own library).
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
RUN sh functions/docker/steps/tensorflow.sh gpu

FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 TF_FORCE_GPU_ALLOW_GROWTH=true
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
# What was asked for and can't be had is an error, never a slower way.
ENV FIDUCIAL_BACKEND=tfjs-node-gpu
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
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
