<?php

// Plain PHP, without a library: SMSGATEWAY_SECRET=whsec_… php -S 127.0.0.1:8080 receiver.php

declare(strict_types=1);

/** Whether a request is the gateway's: https://www.standardwebhooks.com */
function is_verified(string $body, string $id, string $timestamp, string $signatures, string $secret): bool
{
    if ($id === '' || !ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false; // more than five minutes old: somebody may be repeating it
    }
    $key = base64_decode(substr($secret, strlen('whsec_')), true);
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $found = array_map(fn ($one) => hash_equals($expected, $one), explode(' ', $signatures)); // two while a secret changes
    return in_array(true, $found, true);
}

$body = file_get_contents('php://input'); // the octets that were signed, not parsed yet
$headers = array_map(fn ($name) => $_SERVER["HTTP_WEBHOOK_$name"] ?? '', ['ID', 'TIMESTAMP', 'SIGNATURE']);

if (!is_verified($body, ...$headers, secret: getenv('SMSGATEWAY_SECRET'))) {
    http_response_code(401);
    exit;
}

$event = json_decode($body, true);
error_log("$headers[0] $event[type] " . json_encode($event['data'])); // the id is the same on every retry: drop repeats
http_response_code(204);
