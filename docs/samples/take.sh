#!/bin/sh
# curl, for a system that nobody can reach from outside: take one text of a polling endpoint and acknowledge it.
#   SMSGATEWAY_URL=https://… SMSGATEWAY_API_KEY=sk_… sh take.sh ep_…
set -eu

queue="$SMSGATEWAY_URL/v1/endpoints/$1/queue"

ask() {
	curl --fail-with-body --silent --show-error --header "Authorization: Bearer $SMSGATEWAY_API_KEY" "$@"
}

field() { # the first string of that name; use jq where you have it
	printf '%s' "$taken" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

taken=$(ask "$queue?limit=1&wait=${WAIT:-30}")
lease=$(field lease)
[ -n "$lease" ] || exit 0 # nothing came

printf '%s\n' "$taken" # here you would do something with it
ask --header 'Content-Type: application/json' \
	--data "{\"lease\":\"$lease\",\"deliveryIds\":[\"$(field deliveryId)\"]}" "$queue/ack"
