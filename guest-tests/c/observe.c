#include "observe.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "address.h"
#include "report.h"

const char *format(const char *pattern, ...) {
  va_list counted, written;
  va_start(counted, pattern);
  va_copy(written, counted);
  size_t size = (size_t)vsnprintf(NULL, 0, pattern, counted) + 1;
  va_end(counted);
  char *text = malloc(size);
  if (text == NULL) abort();
  vsnprintf(text, size, pattern, written);
  va_end(written);
  return text;
}

json json_text(const char *text) { return format("\"%s\"", text); }

json json_number(uint64_t number) { return format("%" PRIu64, number); }

json json_bool(bool is_true) { return is_true ? "true" : "false"; }

json json_object_of(const char *key, ...) {
  va_list rest;
  va_start(rest, key);
  const char *members = "";
  for (; key != NULL; key = va_arg(rest, const char *)) {
    json value = va_arg(rest, json);
    members = format("%s%s\"%s\":%s", members, *members ? "," : "", key, value);
  }
  va_end(rest);
  return format("{%s}", members);
}

json json_array_of(json first, ...) {
  va_list rest;
  va_start(rest, first);
  const char *values = "";
  for (json value = first; value != NULL; value = va_arg(rest, json)) {
    values = format("%s%s%s", values, *values ? "," : "", value);
  }
  va_end(rest);
  return format("[%s]", values);
}

const char *code_name(error_code code) {
  static const char *const NAMES[] = {
      "unknown",
      "access-denied",
      "not-supported",
      "invalid-argument",
      "out-of-memory",
      "timeout",
      "concurrency-conflict",
      "not-in-progress",
      "would-block",
      "invalid-state",
      "new-socket-limit",
      "address-not-bindable",
      "address-in-use",
      "remote-unreachable",
      "connection-refused",
      "connection-reset",
      "connection-aborted",
      "datagram-too-large",
      "name-unresolvable",
      "temporary-resolver-failure",
      "permanent-resolver-failure",
  };
  if (code >= sizeof NAMES / sizeof *NAMES) panic("no such error code");
  return NAMES[code];
}

json seen(result outcome) {
  return outcome == OK ? "\"ok\"" : format("\"error:%s\"", code_name((error_code)outcome));
}

json seen_bool(result outcome, bool is_true) {
  return outcome == OK ? json_bool(is_true) : seen(outcome);
}

json seen_family(ip_family family) { return family == IPV4 ? "\"ipv4\"" : "\"ipv6\""; }

/** An address without the port that the system chose: it differs in every run. */
static json seen_address(result outcome, const ip_address *address) {
  if (outcome != OK) return seen(outcome);
  const char *port = port_of(*address) == 0 ? "0" : "PORT";
  if (family_of(*address) == IPV4) {
    network_ipv4_address_t ip = address->val.ipv4.address;
    return format("\"%u.%u.%u.%u:%s\"", ip.f0, ip.f1, ip.f2, ip.f3, port);
  }
  network_ipv6_address_t ip = address->val.ipv6.address;
  uint16_t parts[8] = {htons(ip.f0), htons(ip.f1), htons(ip.f2), htons(ip.f3),
                       htons(ip.f4), htons(ip.f5), htons(ip.f6), htons(ip.f7)};
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(AF_INET6, parts, text, sizeof text) == NULL) panic("no room for an address");
  return format("\"[%s]:%s\"", text, port);
}

json seen_local_address(tcp_socket socket) {
  ip_address address;
  result outcome = socket_local_address(socket, &address);
  return seen_address(outcome, &address);
}

json seen_remote_address(tcp_socket socket) {
  ip_address address;
  result outcome = socket_remote_address(socket, &address);
  return seen_address(outcome, &address);
}

json seen_local_is(tcp_socket socket, ip_address address) {
  ip_address now;
  result outcome = socket_local_address(socket, &now);
  return outcome == OK ? json_bool(same(now, address)) : seen(outcome);
}

json seen_remote_is(tcp_socket socket, ip_address address) {
  ip_address now;
  result outcome = socket_remote_address(socket, &now);
  return outcome == OK ? json_bool(same(now, address)) : seen(outcome);
}

json seen_stream_error(streams_stream_error_t *error) {
  json seen = error->tag == STREAMS_STREAM_ERROR_CLOSED ? "\"closed\"" : "\"failed\"";
  streams_stream_error_free(error);
  return seen;
}
