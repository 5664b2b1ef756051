#!/bin/sh
here=$(dirname "$0")
if [ "${1:-}" = "-daemon" ]; then
    shift
    logs=${LOG_DIR:-$here/../logs}
    mkdir -p "$logs"
    nohup "$here/moldau" server-start "$@" >"$logs/kafkaServer.out" 2>&1 </dev/null &
    exit 0
fi
exec "$here/moldau" server-start "$@"
