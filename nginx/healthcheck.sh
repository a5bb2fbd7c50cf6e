#!/bin/bash
# Does Nginx answer? Whether the application does is the application's own health check.
exec 3<>/dev/tcp/127.0.0.1/8080 || exit 1
printf 'GET /_nginx/alive HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 3 _ status _ <&3 && [[ $status == 200 ]]
