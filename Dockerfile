# One image for web, worker, beat and the migrate step; docker-compose.yml says which runs what.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/static-collected

RUN useradd --system --uid 10001 --home-dir /app monitor \
    && install -d -o monitor -g monitor /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# The settings make a key for this one command; it stays in a folder that is removed with it.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput && rm -rf /tmp/build

USER monitor
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "northamerica/gunicorn.py", "northamerica.wsgi"]
