FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Without requirements-embedded.txt: here PostgreSQL and Valkey are other containers.
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# var/ holds what may be lost with the container: collected static files and beat's schedule.
RUN useradd --system --uid 10001 --no-create-home smsgateway \
	&& DEPLOYMENT=test python manage.py collectstatic --no-input --verbosity 0 \
	&& chown -R smsgateway var
USER smsgateway

EXPOSE 8000 8001
CMD ["python", "manage.py", "check", "--deploy"]
