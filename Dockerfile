FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN scripts/setup && make build

FROM debian:bookworm-slim
COPY --from=build /src/scripts/setup /usr/local/lib/vmstudy/setup
RUN /usr/local/lib/vmstudy/setup && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/bin/studyctl /src/bin/studyctl-bench /usr/local/bin/
ENTRYPOINT ["studyctl"]
