# syntax=docker/dockerfile:1
# Both images of the project: `--target autoscaler` and `--target demo-app`, built from the root of the repository. They have
# all layers in common and differ in what they start, so each can be rolled out on its own.

# The Node that package.json pins.
ARG NODE_VERSION=24.21.0

# Nothing in the image depends on the processor but Node itself, so it is built once for all.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
# npm links the commands of this package.
COPY .config/bin/package.json ./.config/bin/
# No install scripts: they only fetch another Node and the test tools' binaries; esbuild's is a package of its own.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .config/build.ts .config/bundle.ts ./.config/
COPY src ./src
# dist/ holds what runs, the code of packages included.
RUN npm run build

FROM node:${NODE_VERSION}-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/dist ./dist
# A number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 8080
# Kubernetes asks by its own probes.
HEALTHCHECK NONE

FROM runtime AS demo-app
ENTRYPOINT ["node", "dist/cli.js", "demo-app"]

FROM runtime AS autoscaler
ENTRYPOINT ["node", "dist/cli.js"]
