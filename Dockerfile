# The application: web and worker under supervisord. Needs nothing from the network but Debian's and Python's packages.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

# Debian trixie's SQLite (3.46) can corrupt a database in WAL mode that two processes use, as ours do; fixed in 3.51.3.
# The next Debian release has a fixed one that runs on this one. The source is derived from the image's own, so that apt
# uses the same mirror and verifies the same signatures. Check-Valid-Until: a mirror that lags behind does no harm, since
# the package is still verified and its version is asserted below.
FROM ${PYTHON_IMAGE} AS sqlite
RUN awk 'BEGIN { RS = ""; FS = "\n" } NR == 1' /etc/apt/sources.list.d/debian.sources \
      | sed 's/^Suites:.*/Suites: forky\nCheck-Valid-Until: no/' >/etc/apt/forky.sources \
 && rm -rf /etc/apt/sources.list.d/* \
 && mv /etc/apt/forky.sources /etc/apt/sources.list.d/ \
 && apt-get update -qq \
 && mkdir /package && cd /package && chmod 777 . \
 && apt-get download -qq libsqlite3-0

FROM ${PYTHON_IMAGE} AS build
COPY requirements.txt /
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --quiet --disable-pip-version-check --no-cache-dir --no-compile \
      --require-hashes -r /requirements.txt
# Not used at run time: translations of other languages' dates, Bootstrap's older version, themes, icons and source
# maps (only the one stylesheet is served), other packages' own tests.
RUN cd /venv/lib/python3*/site-packages \
 && find babel/locale-data -name '*.dat' ! -name 'root.dat' ! -name 'en*.dat' ! -name 'es*.dat' -delete \
 && find flask_bootstrap/static -type f ! -path '*/bootstrap5/css/bootstrap.min.css' -delete \
 && find flask_bootstrap/static -type d -empty -delete \
 && rm -rf sqlalchemy/testing alembic/testing \
 && find . -type d \( -name tests -o -name test \) -prune -exec rm -r {} + \
 && find . -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.pyi' -o -name '*.map' \) -delete
COPY app /app/app
COPY migrations /app/migrations
COPY deploy /app/deploy
RUN /venv/bin/python -m babel.messages.frontend --quiet compile --directory /app/app/translations \
 && find /app/app/translations -name '*.po' -delete
# The root is read-only later and could not keep bytecode.
RUN python -m compileall -q /venv/lib /app

FROM ${PYTHON_IMAGE}
RUN --mount=type=bind,from=sqlite,source=/package,target=/mnt \
    dpkg -i /mnt/*.deb \
 && rm -f /var/lib/dpkg/*-old /var/log/dpkg.log \
 && python -c "import sqlite3; assert sqlite3.sqlite_version_info >= (3, 51, 3), sqlite3.sqlite_version" \
 && groupadd --gid 10001 microblog \
 && useradd --uid 10001 --gid microblog --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin microblog \
 && install -d -o microblog -g microblog -m 0750 /data /run/microblog
ENV PATH=/venv/bin:$PATH \
    FLASK_APP=app \
    MICROBLOG_DATA_DIR=/data \
    MICROBLOG_RUN_DIR=/run/microblog \
    MICROBLOG_ALLOW_EPHEMERAL=0 \
    MICROBLOG_BIND=0.0.0.0 \
    MICROBLOG_ALLOW_EPHEMERAL=0 \
    MICROBLOG_HTTPS=1 \
    MICROBLOG_PROXY_HOPS=1 \
    PORT=8000 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    TMPDIR=/tmp
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# The same for the part of the standard library that is used: slim images come without its bytecode. Importing everything
# also shows that nothing is missing after the pruning above.
RUN unset PYTHONDONTWRITEBYTECODE \
 && SECRET_KEY=for-these-imports-only-and-kept-nowhere python -c "import app.boot.__main__, app.worker, app.wsgi, \
      app.cli, gunicorn.app.wsgiapp, gunicorn.workers.gthread, supervisor.supervisord" \
 && rm -rf /run/microblog/* /data/* /tmp/*
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s --retries=3 CMD ["/app/deploy/healthcheck.sh"]
ENTRYPOINT ["python", "-m", "app.boot"]
# last, because they change with every build
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Microblog" \
      org.opencontainers.image.description="A self-hosted microblog: application" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION
