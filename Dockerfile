# syntax=docker/dockerfile:1
# glibc, not musl: Temporal's native bridge is built for it.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node tools/build.mjs \
 && npm prune --omit=dev --no-audit --no-fund \
 && node tools/prune-platforms.mjs

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production
# The native bridge asks the system which authorities it may trust.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
COPY --chown=root:root package.json ./
COPY --chown=root:root bin ./bin
COPY --chown=root:root rules/library ./rules/library
USER 1000:1000
EXPOSE 8080 9090 9091
ENTRYPOINT ["node", "/app/bin/opssentinel"]
CMD ["serve"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["node", "-e", "Promise.any(['http://127.0.0.1:8080/healthz', 'http://127.0.0.1:9091/metrics'].map(async (url) => { if (!(await fetch(url)).ok) throw new Error(url); })).then(() => process.exit(0), () => process.exit(1))"]
