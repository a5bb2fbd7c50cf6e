#!/bin/bash
# Is the web server alive? The image has no curl, and starting Python for this would cost sixty times as much.
exec 3<>"/dev/tcp/127.0.0.1/${PORT:-8000}" || exit 1
printf 'GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
# The data being brought up to date is no illness: what kills the sick must not kill it halfway (app/boot/waiting.py).
read -r -t 5 _ status reason <&3 && [[ $status == 200 || $reason == Migrating* ]]
