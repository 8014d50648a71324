# Stage 1: build with the system's libpq, so that connections to PostgreSQL may use TLS.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The manifest names the tests and the bench, so that cargo wants to see them even where it builds the program alone.
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY migrations migrations
COPY openapi openapi
COPY tests tests
COPY benches benches
RUN cargo build --release --locked --no-default-features --features pg-tls

# Stage 2: the program, libpq, and a user that owns nothing but the data directory.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 ca-certificates curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/nhipcau --shell /usr/sbin/nologin nhipcau \
    && install -d -o nhipcau -g nhipcau -m 0750 /var/lib/nhipcau
COPY --from=build /build/target/release/nhipcau /usr/local/bin/nhipcau
USER nhipcau
ENV NHIPCAU_DATA=/var/lib/nhipcau NHIPCAU_LISTEN=0.0.0.0:8080 NHIPCAU_ADMIN_LISTEN=127.0.0.1:9090
VOLUME /var/lib/nhipcau
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD curl -fsS http://127.0.0.1:9090/readyz || exit 1
ENTRYPOINT ["nhipcau"]
CMD ["serve"]
