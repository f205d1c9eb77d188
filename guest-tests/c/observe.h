/** Turns what a guest sees into JSON. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include "socket.h"

/** The text of a JSON value. It lives until the guest ends, which is after one case. */
typedef const char *json;

/** Text without characters that need an escape. */
json json_text(const char *text);
json json_number(uint64_t number);
json json_bool(bool is_true);
/** Pairs of a key and a value. C may evaluate them in any order: name what calls. */
#define json_object(...) json_object_of(__VA_ARGS__, (const char *)NULL)
json json_object_of(const char *key, ...);
/** Values in order. */
#define json_array(...) json_array_of(__VA_ARGS__, (const char *)NULL)
json json_array_of(json first, ...);
/** Formatted text that lives until the guest ends. */
__attribute__((format(printf, 1, 2))) const char *format(const char *pattern, ...);

/** The code as the interface spells it: `invalid-state`. */
const char *code_name(error_code code);
/** `"ok"` or `"error:invalid-state"`. */
json seen(result outcome);
/** A boolean, or the error. */
json seen_bool(result outcome, bool is_true);
/** `"ipv4"` or `"ipv6"`. */
json seen_family(ip_family family);
/** What `local-address` answers: `"127.0.0.1:0"`, or `:PORT` for every other port. */
json seen_local_address(tcp_socket socket);
json seen_remote_address(tcp_socket socket);
/** Whether `local-address` answers this address. */
json seen_local_is(tcp_socket socket, ip_address address);
/** Whether `remote-address` answers this address. */
json seen_remote_is(tcp_socket socket, ip_address address);
/** `"closed"` or `"failed"`; frees the error. */
json seen_stream_error(streams_stream_error_t *error);

#endif
