/** What `create-tcp-socket` returns. */
#include "address.h"
#include "option.h"
#include "report.h"
#include "setup.h"

/**
 * More than the 64 descriptors that `fd-limit` leaves, and too few to use up the ports
 * of a small machine.
 */
enum { ROUNDS = 100 };

static json returns_socket(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  return seen(create_tcp_socket(family, &socket));
}

static json family(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return seen_family(socket_family(socket));
}

static json family_alternating(ip_family family) {
  OWNED(tcp_socket) first = {0};
  OWNED(tcp_socket) second = {0};
  OWNED(tcp_socket) third = {0};
  OWNED(tcp_socket) fourth = {0};
  TRY(make_socket(family, &first));
  TRY(make_socket(other(family), &second));
  TRY(make_socket(family, &third));
  TRY(make_socket(other(family), &fourth));
  return json_array(seen_family(socket_family(first)), seen_family(socket_family(second)),
                    seen_family(socket_family(third)), seen_family(socket_family(fourth)));
}

/**
 * A socket may report a family that it is not of, so it is put to use: it binds to an
 * address of the family and reaches a listener there.
 */
static json family_serves(ip_family family) {
  OWNED(tcp_socket) server = {0};
  OWNED(tcp_socket) client = {0};
  TRY(make_socket(family, &server));
  TRY(make_socket(family, &client));
  step("bind, listen, connect");
  json bind = seen(socket_bind(server, loopback(family, 0)));
  json listen = seen(socket_listen(server));
  json connect = seen(serve(server, client));
  return json_object("family", seen_family(socket_family(server)), "bind", bind, "listen", listen,
                     "connect", connect);
}

static json binding_leaves_other(ip_family family) {
  OWNED(tcp_socket) before = {0};
  OWNED(tcp_socket) bound = {0};
  OWNED(tcp_socket) after = {0};
  TRY(make_socket(family, &before));
  TRY(make_bound(family, &bound));
  TRY(make_socket(family, &after));
  ip_address address, now;
  TRY(local_address_of(bound, &address));
  json older = seen_local_address(before);
  json younger = seen_local_address(after);
  json binds = seen(socket_bind(before, loopback(family, 0)));
  TRY(local_address_of(bound, &now));
  return json_object("older", older, "younger", younger, "older-binds", binds, "bound-one-kept",
                     json_bool(same(now, address)));
}

static json configuring_leaves_other(ip_family family) {
  OWNED(tcp_socket) configured = {0};
  OWNED(tcp_socket) untouched = {0};
  TRY(make_socket(family, &configured));
  TRY(make_socket(family, &untouched));
  uint64_t hop_limit, keep_alive, changed;
  TRY(option_value(&HOP_LIMIT, untouched, &hop_limit));
  TRY(option_value(&KEEP_ALIVE_ENABLED, untouched, &keep_alive));
  TRY(option_change(&HOP_LIMIT, configured, &changed));
  TRY(option_change(&KEEP_ALIVE_ENABLED, configured, &changed));
  return json_object(
      "hop-limit-kept", seen_option_is(&HOP_LIMIT, untouched, hop_limit),
      "keep-alive-kept", seen_option_is(&KEEP_ALIVE_ENABLED, untouched, keep_alive));
}

static json dropping_leaves_other(ip_family family) {
  OWNED(tcp_socket) older = {0};
  OWNED(tcp_socket) dropped = {0};
  OWNED(tcp_socket) younger = {0};
  TRY(make_socket(family, &older));
  TRY(make_socket(family, &dropped));
  TRY(make_socket(family, &younger));
  step("drop");
  drop_tcp_socket(&dropped);
  json older_family = seen_family(socket_family(older));
  json older_binds = seen(socket_bind(older, loopback(family, 0)));
  json younger_family = seen_family(socket_family(younger));
  json younger_binds = seen(socket_bind(younger, loopback(family, 0)));
  return json_object("older-family", older_family, "older-binds", older_binds, "younger-family",
                     younger_family, "younger-binds", younger_binds);
}

static json in_memory(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  result created = create_tcp_socket(family, &socket);
  return created == OK ? seen_family(socket_family(socket)) : seen(created);
}

/** Far more sockets than the 64 descriptors that `fd-limit` leaves. */
static json drop_unbound(ip_family family) {
  step("create and drop");
  for (int round = 0; round < 1000; round++) {
    OWNED(tcp_socket) socket = {0};
    AT("create, after some rounds", create_tcp_socket(family, &socket));
  }
  return seen(OK);
}

static json drop_bound(ip_family family) {
  for (int round = 0; round < ROUNDS; round++) {
    OWNED(tcp_socket) socket = {0};
    TRY(make_bound(family, &socket));
  }
  return seen(OK);
}

static json drop_listening(ip_family family) {
  for (int round = 0; round < ROUNDS; round++) {
    OWNED(tcp_socket) socket = {0};
    TRY(make_listening(family, &socket));
  }
  return seen(OK);
}

static json drop_connected(ip_family family) {
  for (int round = 0; round < ROUNDS; round++) {
    OWNED(pair) pair = {0};
    TRY(make_connected(family, &pair));
  }
  return seen(OK);
}

/** The address of a port at which nobody listens. */
static bool free_address(ip_family family, ip_address *address) {
  OWNED(tcp_socket) holder = {0};
  TRY(make_bound(family, &holder));
  return local_address_of(holder, address);
}

/** A socket that failed to connect is closed, but still has its descriptor. */
static json drop_refused(ip_family family) {
  for (int round = 0; round < ROUNDS; round++) {
    ip_address address;
    TRY(free_address(family, &address));
    OWNED(tcp_socket) socket = {0};
    OWNED(streams) made = {0};
    TRY(make_socket(family, &socket));
    step("connect to a closed port");
    socket_connect(socket, address, &made);
  }
  return seen(OK);
}

#define CASES(topic, X)              \
  X(topic, returns_socket)           \
  X(topic, family)                   \
  X(topic, family_alternating)       \
  X(topic, family_serves)            \
  X(topic, binding_leaves_other)     \
  X(topic, configuring_leaves_other) \
  X(topic, dropping_leaves_other)    \
  X(topic, in_memory)                \
  X(topic, drop_unbound)             \
  X(topic, drop_bound)               \
  X(topic, drop_listening)           \
  X(topic, drop_connected)           \
  X(topic, drop_refused)

TOPIC(create, CASES);
