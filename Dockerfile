FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 VAR_DIR=/app/var
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
# compiled once, in the image: the folder is not writable for whoever runs it, and each start would compile again
RUN python -m compileall -q -x '/tests/|/node_modules/' .
RUN useradd --system portal && mkdir -p var && chown portal var
USER portal
EXPOSE 8000
