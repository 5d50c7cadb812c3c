# The version is the one the tests run with (tests/portal/test_image.py holds them together), the digest that of its
# index for every kind of machine. Another one: docker build --build-arg BASE_IMAGE=... (docs/dependencies.md).
ARG BASE_IMAGE=python:3.11.14-slim@sha256:c8271b1f627d0068857dce5b53e14a9558603b527e46f1f901722f935b786a39
FROM ${BASE_IMAGE}
# VAR_DIR is all that is ever written to, and a volume; what the image brings along stands outside of it
ENV PYTHONUNBUFFERED=1 VAR_DIR=/app/var STATIC_ROOT=/app/assets SECRETS_DIR=/run/secrets NUMBA_CACHE_DIR=/app/var/numba
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
# texts, static files and bytecode are made once, here: whoever runs the portal cannot write into this folder
RUN VAR_DIR=/tmp/build python manage.py build
RUN python -m compileall -q -x '/tests/|/node_modules/' .
RUN useradd --system --uid 10001 portal && mkdir -p var && chown portal var
USER portal
EXPOSE 8000
