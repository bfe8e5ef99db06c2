#!/usr/bin/env bash
# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Checks a running Timmy Tower from end to end, on the simulated wallet, agent and cloud: one line PASS or FAIL
# for each check, exit status 0 when all passed, 1 when one failed, 2 when it could not begin. Needs curl and
# jq.
#
#   curl -s http://127.0.0.1:8337/api/testkit | bash
#   BASE_URL=http://127.0.0.1:8337 ADMIN_TOKEN=... bash testkit.sh
#   bash testkit.sh http://127.0.0.1:8337
#
# With ADMIN_TOKEN in the environment it looks at the pool and the books, too. It makes some ten jobs and
# sessions, and a node; what they pay are sats of the simulated wallet.
set -uo pipefail

base=${1:-${BASE_URL:-http://127.0.0.1:8337}}
base=${base%/}
deposit=${DEPOSIT_SATS:-1000}
patience=${PATIENCE_SECS:-20} # for what a job, a payment or a node takes

for tool in curl jq; do
    command -v "$tool" >/dev/null || { echo "testkit: $tool is missing" >&2; exit 2; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
status=0 # of the last answer
body=    # of the last answer

# call METHOD PATH [JSON [CURL-ARGUMENT ...]]: sets status and body; the headers are in $work/headers.
call() {
    local method=$1 path=$2 json=${3-}
    shift $(($# < 3 ? $# : 3))
    local arguments=(-sS --max-time 150 -X "$method" -D "$work/headers" -o "$work/body" -w '%{http_code}')
    if [ -n "$json" ]; then
        arguments+=(-H 'Content-Type: application/json' --data-binary "$json")
    fi
    : >"$work/body"
    : >"$work/headers"
    status=$(curl "${arguments[@]}" "$@" "$base$path" 2>"$work/curl") || status=000
    body=$(cat "$work/body")
}

# get FILTER: from the last body, "" when it is not there.
get() {
    jq -r "($1) // empty" 2>/dev/null <<<"$body"
}

report() {
    local ok=$1 name=$2
    if [ "$ok" = yes ]; then
        passed=$((passed + 1))
        echo "PASS $name"
    else
        failed=$((failed + 1))
        echo "FAIL $name (status $status: $(head -c 300 <<<"$body"))"
    fi
}

# check NAME STATUS [FILTER]: the last answer has this status, and FILTER is true of its body.
check() {
    local name=$1 wanted=$2 filter=${3:-true} ok=no
    if [ "$status" = "$wanted" ] && jq -e "$filter" >/dev/null 2>&1 <<<"$body"; then
        ok=yes
    fi
    report "$ok" "$name"
}

# checkHeader NAME PATTERN: a header of the last answer matches.
checkHeader() {
    local name=$1 pattern=$2 ok=no
    if grep -qiE "$pattern" "$work/headers"; then
        ok=yes
    fi
    report "$ok" "$name"
}

# pay HASH: as a customer's wallet does.
pay() {
    call POST "/api/dev/stub/pay/$1"
}

# await PATH FILTER [PAUSE]: asks until FILTER is true of the answer, but no longer than that.
await() {
    local path=$1 filter=$2 pause=${3:-0.2} end=$((SECONDS + patience))
    while :; do
        call GET "$path"
        if jq -e "$filter" >/dev/null 2>&1 <<<"$body" || [ "$SECONDS" -ge "$end" ]; then
            return
        fi
        sleep "$pause"
    done
}

ended='.state == "complete" or .state == "failed" or .state == "rejected" or .state == "awaiting_work_payment"'

# evaluated REQUEST: makes a job, pays its evaluation, and waits for what comes of it; sets job.
evaluated() {
    call POST /api/jobs "$(jq -cn --arg request "$1" '{request: $request}')"
    job=$(get .jobId)
    pay "$(get .evalInvoice.paymentHash)"
    await "/api/jobs/$job" "$ended"
}

# opened SATS: makes a session and pays its deposit; sets session and macaroon.
opened() {
    call POST /api/sessions "{\"amount_sats\": $1}"
    session=$(get .sessionId)
    pay "$(get .invoice.paymentHash)"
    await "/api/sessions/$session" '.state == "active"'
    macaroon=$(get .macaroon)
}

# ask JSON [CURL-ARGUMENT ...]: a request of the session.
ask() {
    local json=$1
    shift
    call POST "/api/sessions/$session/request" "$json" -H "Authorization: Bearer $macaroon" "$@"
}

# ------------------------------------------------------------------ the server
call GET /api/healthz
if [ "$status" = 000 ]; then
    echo "testkit: nothing answers at $base: $(cat "$work/curl")" >&2
    exit 2
fi
if [ "$(get .wallet.status)" != simulated ]; then
    echo "testkit: the wallet at $base is not simulated; this would cost real sats. Nothing was done." >&2
    exit 2
fi
check 'healthz: the server is up' 200 '.status == "ok" and .database.status == "ok"'
check 'healthz: says that it is simulated' 200 '.stubMode == true and .wallet.status == "simulated"'
checkHeader 'every answer has an X-Request-Id' '^x-request-id: [0-9a-f-]{36}'
call GET /api/openapi.yaml
report "$([ "$status" = 200 ] && grep -q '^openapi: 3.1' "$work/body" && echo yes)" 'openapi.yaml: the contract'
call GET /api/docs
report "$([ "$status" = 200 ] && grep -qi '<html' "$work/body" && echo yes)" 'docs: a page'
call GET /api/no-such-path
check 'an unknown path is 404 with an error' 404 '.code == "not_found" and (.error | length > 0)'
call DELETE /api/jobs
check 'a method that is not here is 405' 405 '.code == "method_not_allowed"'
checkHeader '405 names what is allowed' '^allow: .*POST'

# ------------------------------------------------------------------ who is who
call POST /api/identity/challenge
check 'challenge: a nonce of 32 bytes' 200 '.nonce | test("^[0-9a-f]{64}$")'
call GET /api/identity/me
check 'me: 401 without a token' 401 '.error | length > 0'
call POST /api/jobs '{"request": "hello", "nostr_token": "forged"}'
check 'a forged token is 401' 401 '.error == "Invalid or expired nostr_token"'
call GET /api/identity/timmy
check 'timmy: its key' 200 '(.npub | startswith("npub1")) and (.pubkeyHex | length == 64)'

# ------------------------------------------------------------------ estimate
call GET '/api/estimate?request=Write+a+haiku'
check 'estimate: a price' 200 '.estimatedSats >= 1 and .btcPriceUsd > 0 and (.model | length > 0)'
check 'estimate: anonymous callers pay all of it' 200 \
    '.identity.trust_tier == "anonymous" and .identity.free_tier == {serve: "gate", absorbSats: 0, chargeSats: .estimatedSats}'
call GET '/api/estimate?request='
check 'estimate: nothing to estimate is 400' 400 '.field == "request"'

# ------------------------------------------------------------------ jobs
call POST /api/jobs '{"request": ""}'
check 'job: an empty request is 400' 400 '.field == "request"'
call POST /api/jobs '{"request": "Write a haiku about a lighthouse"}'
check 'job: waits for the evaluation fee' 201 \
    '.state == "awaiting_eval_payment" and .trust_tier == "anonymous" and .stubMode == true'
check 'job: an invoice of the simulated network' 201 \
    '(.evalInvoice.paymentRequest | startswith("lntbs")) and .evalInvoice.amountSats >= 1'
job=$(get .jobId)
hash=$(get .evalInvoice.paymentHash)
pay "$hash"
check 'stub: pays, and gives the preimage' 200 ".ok and .paymentHash == \"$hash\" and (.preimage | length == 64)"
preimage=$(get .preimage)
pay "$hash"
check 'stub: paying again is the same' 200 ".preimage == \"$preimage\""
pay "$(printf '0%.0s' {1..64})"
check 'stub: an unknown hash is 404' 404 '.code | length > 0'
await "/api/jobs/$job" "$ended"
check 'job: priced after its evaluation' 200 '.state == "awaiting_work_payment" and .workInvoice.amountSats >= 1'
check 'job: says what the price is made of' 200 \
    '.pricingBreakdown.amountSats == .workInvoice.amountSats and .pricingBreakdown.estimatedCostUsd > 0'
pay "$(get .workInvoice.paymentHash)"
await "/api/jobs/$job" '.state == "complete" or .state == "failed"'
check 'job: complete, with its result' 200 '.state == "complete" and (.result | length > 0)'
check 'job: what it cost' 200 \
    '.costLedger.totalTokens == .costLedger.actualInputTokens + .costLedger.actualOutputTokens and .costLedger.actualAmountSats >= 1'
call POST "/api/jobs/$job/refund" '{"bolt11": "lntbs1nonsense"}'
report "$([ "$status" = 400 ] || [ "$status" = 409 ] && echo yes)" 'job: a refund to nonsense is refused'
evaluated 'Please [[reject]] this'
check 'job: a refused request is rejected, with the reason' 200 '.state == "rejected" and (.reason | length > 0)'
evaluated 'Please [[fail]] at this'
pay "$(get .workInvoice.paymentHash)"
await "/api/jobs/$job" '.state == "complete" or .state == "failed"'
check 'job: failed work is owed back in full' 200 \
    '.state == "failed" and (.errorMessage | length > 0) and .refund.state == "pending" and .refund.amountSats >= 1'
call GET /api/jobs/00000000-0000-4000-8000-000000000000
check 'job: an unknown id is 404' 404 '.code | length > 0'

# ------------------------------------------------------------------ sessions
call POST /api/sessions '{"amount_sats": 0}'
check 'session: a deposit out of bounds is 400' 400 '.field == "amount_sats"'
call POST /api/sessions "{\"amount_sats\": $deposit}"
check 'session: waits for its deposit' 201 \
    ".state == \"awaiting_payment\" and .invoice.amountSats == $deposit and (has(\"macaroon\") | not)"
session=$(get .sessionId)
pay "$(get .invoice.paymentHash)"
await "/api/sessions/$session" '.state == "active"'
check 'session: active with its balance and a macaroon' 200 \
    ".state == \"active\" and .balanceSats == $deposit and (.macaroon | length > 0)"
macaroon=$(get .macaroon)
call POST "/api/sessions/$session/request" '{"request": "hello"}'
check 'session: 401 without the macaroon' 401 '.code | length > 0'
checkHeader '401 says how to authenticate' '^www-authenticate: '
ask '{"request": "Name three rivers"}' -H 'Idempotency-Key: testkit-1'
check 'session: a request is answered and debited' 200 \
    ".state == \"complete\" and (.result | length > 0) and .balanceRemaining == $deposit - .debitedSats"
first=$(jq -cS '{requestId, state, result, debitedSats, balanceRemaining}' <<<"$body")
ask '{"request": "Name three rivers"}' -H 'Idempotency-Key: testkit-1'
check 'session: the same key gives the first answer' 200 \
    "{requestId, state, result, debitedSats, balanceRemaining} == $first"
ask '{"request": "Name three lakes"}' -H 'Idempotency-Key: testkit-1'
check 'session: the same key with another body is 422' 422 '.code | length > 0'
ask '{"request": "Please [[reject]] this"}'
check 'session: a refused request is rejected, with the reason' 200 '.state == "rejected" and (.reason | length > 0)'
ask '{"request": "Please [[fail]] at this"}'
check 'session: a failed request costs nothing' 200 '.state == "failed" and .debitedSats == 0'
call POST "/api/sessions/$session/topup" "{\"amount_sats\": $deposit}" -H "Authorization: Bearer $macaroon"
check 'session: a top-up invoice' 200 ".invoice.amountSats == $deposit"
hash=$(get .invoice.paymentHash)
call GET "/api/sessions/$session"
before=$(get .balanceSats)
pay "$hash"
pay "$hash"
call GET "/api/sessions/$session"
check 'session: a top-up is credited once' 200 ".balanceSats == ${before:-0} + $deposit"
balance=$(get .balanceSats)

# The unused balance goes to an invoice of another session: what leaves here arrives there.
first=$session
firstMacaroon=$macaroon
call POST /api/sessions "{\"amount_sats\": ${balance:-0}}"
target=$(get .sessionId)
invoice=$(get .invoice.paymentRequest)
call POST "/api/sessions/$first/withdraw" "{\"bolt11\": \"$invoice\"}" -H "Authorization: Bearer $firstMacaroon"
check 'session: the unused balance is paid back, and it is closed' 200 \
    ".state == \"closed\" and .balanceSats == 0 and .withdrawal.amountSats == ${balance:-0}"
await "/api/sessions/$target" '.state == "active"'
check 'session: what was withdrawn has arrived' 200 ".state == \"active\" and .balanceSats == ${balance:-0}"
session=$first
macaroon=$firstMacaroon
ask '{"request": "hello"}'
check 'session: a closed one answers 409' 409 '.code | length > 0'

# ------------------------------------------------------------------ nodes
call POST /api/bootstrap '{"sshPublicKey": "no key"}'
check 'node: what is no SSH key is 400' 400 '.field == "sshPublicKey"'
call POST /api/bootstrap
check 'node: waits for its payment' 201 \
    '.state == "awaiting_payment" and .invoice.amountSats == .amountSats and .stubMode == true'
node=$(get .bootstrapJobId)
hash=$(get .invoice.paymentHash)
token=$(get .deliveryToken)
check 'node: says how to pay' 201 "(.message | contains(\"POST /api/dev/stub/pay/$hash\")) and (.deliveryToken | length > 0)"
call GET "/api/bootstrap/$node"
check 'node: still waits' 200 '.state == "awaiting_payment" and .message == "Waiting for Lightning payment"'
if [ "$(get .stubMode)" = true ]; then # a machine of a real cloud would cost real money
    pay "$hash"
    await "/api/bootstrap/$node" '.state == "ready" or .state == "failed"' 1
    check 'node: ready, and says that it is fake' 200 \
        '.state == "ready" and .stubMode == true and (.message | contains("fake")) and (.nextSteps | length > 3)'
    check 'node: the first answer has the private key' 200 \
        '(.credentials.sshPrivateKey | startswith("-----BEGIN RSA PRIVATE KEY-----")) and (.credentials | has("sshKeyNote") | not)'
    first=$(get .credentials.sshPrivateKey)
    call GET "/api/bootstrap/$node"
    check 'node: the second has a note in its place' 200 \
        '.credentials.sshPrivateKey == null and (.credentials.sshKeyNote | length > 0)'
    call POST "/api/bootstrap/$node/redeliver" '{"deliveryToken": "forged"}'
    check 'node: no key for a forged token' 403 '.code == "wrong_delivery_token"'
    call POST "/api/bootstrap/$node/redeliver" "{\"deliveryToken\": \"$token\"}"
    report "$([ "$status" = 200 ] && [ "$(get .sshPrivateKey)" = "$first" ] && echo yes)" \
        'node: a lost key is delivered once more'
    call POST "/api/bootstrap/$node/redeliver" "{\"deliveryToken\": \"$token\"}"
    check 'node: and then never again' 410 '.code == "key_gone"'
else
    echo "SKIP node: the cloud is a real one; nothing was paid"
fi
call GET /api/bootstrap/00000000-0000-4000-8000-000000000000
check 'node: an unknown id is 404' 404 '.code == "node_not_found"'
call GET /api/bootstrap/nonsense
check 'node: a malformed id is 400' 400 '.field == "id"'

# ------------------------------------------------------------------ the operator's side
call GET /api/admin/pool
check 'admin: 401 without the token' 401 '.code == "admin_required"'
if [ -n "${ADMIN_TOKEN:-}" ]; then
    # In a file: what stands on a command line can be read by others.
    (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$ADMIN_TOKEN" >"$work/admin")
    call GET /api/admin/pool '' --config "$work/admin"
    check 'admin: the pool' 200 '.balanceSats >= .reservedSats and .reservedSats >= 0'
    call GET "/api/admin/jobs?state=complete&limit=5" '' --config "$work/admin"
    check 'admin: complete jobs' 200 '(.items | length >= 1) and all(.items[]; .state == "complete")'
    call GET /api/admin/ledger '' --config "$work/admin"
    check 'admin: the ledger' 200 '.items | length > 0'
    call GET /api/admin/reconcile '' --config "$work/admin"
    check 'admin: the books agree' 200 '.ok and all(.checks[]; .ok)'
    call GET /api/admin/activity/verify '' --config "$work/admin"
    check 'admin: the record of activity is whole' 200 '.ok'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
