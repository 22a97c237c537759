# A thin wrapper of scripts/setup: what `make run` does, in an image. docs/operations.md says how to run it.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 alentours && install -d -o alentours /app
USER alentours
WORKDIR /app
COPY --chown=alentours . .
RUN scripts/setup run && install -d data/cache data/raw data/store data/snapshots

ENV ALENTOURS_HOST=0.0.0.0 PORT=8000 TERRITORY=00
VOLUME ["/app/data/raw", "/app/data/store", "/app/data/snapshots"]
EXPOSE 8000
# The first start builds the territory before it serves.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m \
  CMD [".venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/api/v1/healthz')"]
ENTRYPOINT ["scripts/run"]
CMD ["serve"]
