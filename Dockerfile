# The application: web and worker. Needs nothing from the network but Debian's and Python's packages.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

# What is added to the base: SQLite and a user. Debian trixie's SQLite (3.46) can corrupt a database in WAL mode that two
# processes use, as ours do; fixed in 3.51.3. The next Debian release has a fixed one that runs on this one. The source is
# derived from the image's own, so that apt uses the same mirror and verifies the same signatures. Check-Valid-Until: a
# mirror that lags behind does no harm, since the package is still verified and its version is asserted below.
FROM ${PYTHON_IMAGE} AS system
ARG SOURCE_DATE_EPOCH=1767225600
RUN awk 'BEGIN { RS = ""; FS = "\n" } NR == 1' /etc/apt/sources.list.d/debian.sources \
      | sed 's/^Suites:.*/Suites: forky\nCheck-Valid-Until: no/' >/tmp/forky.sources \
 && apt-get update -qq -o Dir::Etc::SourceList=/tmp/forky.sources -o Dir::Etc::SourceParts=/dev/null \
 && mkdir /package && cd /package && chmod 777 . \
 && apt-get download -qq -o Dir::Etc::SourceList=/tmp/forky.sources -o Dir::Etc::SourceParts=/dev/null libsqlite3-0
# Whatever this changed is gathered, under one time: made anew, the layer is the same to the byte (see below).
RUN touch /before \
 && dpkg -i /package/*.deb \
 && python -c "import sqlite3; assert sqlite3.sqlite_version_info >= (3, 51, 3), sqlite3.sqlite_version" \
 && groupadd --gid 10001 microblog \
 && useradd --uid 10001 --gid microblog --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin microblog \
 && install -d -o microblog -g microblog -m 0750 /data /media /run/microblog \
 && mkdir /added \
 && find / -mindepth 1 -xdev \( -path /added -o -path /before -o -path /proc -o -path /sys -o -path /dev -o -path /tmp \
      -o -path /var/log -o -path /var/cache -o -name '*-' -o -name '*-old' -o -name 'lock*' -o -name .pwd.lock \) -prune \
      -o -cnewer /before -print0 \
      | tar --null --no-recursion --files-from - --mtime=@$SOURCE_DATE_EPOCH -c | tar -C /added -x \
 && find /added -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +

FROM ${PYTHON_IMAGE} AS build
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends binutils >/dev/null
COPY requirements.txt /
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --quiet --disable-pip-version-check --no-cache-dir --no-compile \
      --require-hashes -r /requirements.txt
# Not used at run time: translations of other languages' dates, Bootstrap's older version, themes, icons and source
# maps (only the one stylesheet is served), other packages' own tests, databases that we don't speak, asking the domain
# name system whether an e-mail address is real, and what only a debugger reads.
RUN cd /venv/lib/python3*/site-packages \
 && find babel/locale-data -name '*.dat' ! -name 'root.dat' ! -name 'en*.dat' ! -name 'es*.dat' -delete \
 && find flask_bootstrap/static -type f ! -path '*/bootstrap5/css/bootstrap.min.css' -delete \
 && find flask_bootstrap/static -type d -empty -delete \
 && /venv/bin/python -m whitenoise.compress --quiet flask_bootstrap/static \
 && rm -rf sqlalchemy/testing alembic/testing sqlalchemy/dialects/oracle sqlalchemy/dialects/mssql dns elasticsearch/dsl \
 && find . -type d \( -name tests -o -name test \) -prune -exec rm -r {} + \
 && find . -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.pyi' -o -name '*.map' \) -delete \
 && find . -type f -name '*.so' -exec strip --strip-unneeded {} +
# The root is read-only later and could not keep bytecode. That of the libraries has no time in it, and all files get one
# and the same. In a folder of its own, because copying a folder keeps the times of what is in it, but not its own.
ARG SOURCE_DATE_EPOCH=1767225600
COPY deploy/bytecode.py /
RUN python /bytecode.py /venv/lib \
 && mkdir /libraries && mv /venv /libraries && ln -s /libraries/venv /venv \
 && find /libraries -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +
COPY app /app/app
COPY migrations /app/migrations
COPY deploy /app/deploy
RUN /venv/bin/python -m babel.messages.frontend --quiet compile --directory /app/app/translations \
 && find /app/app/translations -name '*.po' -delete \
 && /venv/bin/python -m whitenoise.compress --quiet /app/app/static \
 && python -m compileall -q /app
# The same for the part of the standard library that is used: slim images come without its bytecode. Importing everything
# also shows that nothing is missing after the pruning above.
RUN SECRET_KEY=for-these-imports-only-and-kept-nowhere PYTHONPATH=/app /venv/bin/python -B /app/deploy/stdlib_bytecode.py /stdlib \
 && find /stdlib -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +

# Only for a release (deploy/docker-bake.hcl): the list of all libraries with versions and licences, as CycloneDX has it.
FROM build AS listing
RUN python -m venv /tools \
 && /tools/bin/pip install --quiet --disable-pip-version-check --no-cache-dir cyclonedx-bom==7.5.0 \
 && /tools/bin/cyclonedx-py environment --output-reproducible --output-file /contents.cdx.json /venv/bin/python

FROM scratch AS contents
COPY --from=listing /contents.cdx.json /

# What changes seldom comes first, and every layer but the program's own is the same to the byte when it is made anew, on
# whatever machine: a new version of the program is a small download.
FROM ${PYTHON_IMAGE}
COPY --from=system /added /
ENV PATH=/venv/bin:$PATH \
    FLASK_APP=app \
    MICROBLOG_DATA_DIR=/data \
    MICROBLOG_RUN_DIR=/run/microblog \
    MICROBLOG_ALLOW_EPHEMERAL=0 \
    MICROBLOG_BIND=0.0.0.0 \
    MICROBLOG_HTTPS=1 \
    MICROBLOG_PROXY_HOPS=1 \
    PORT=8000 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    TMPDIR=/tmp
COPY --from=build /stdlib /
COPY --from=build /libraries /
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s --retries=3 CMD ["/app/deploy/healthcheck.sh"]
ENTRYPOINT ["python", "-m", "app.boot"]
# last, because they change with every build
ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="Microblog" \
      org.opencontainers.image.description="A self-hosted microblog: application" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION
