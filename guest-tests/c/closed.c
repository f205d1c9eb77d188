/** A socket that failed to connect. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"

static json start_bind(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("start-bind");
  return seen(socket_start_bind(socket, loopback(family, 0)));
}

/** The address is that of a listener, so only the state is in the way. */
static json start_connect_of(ip_family family, bool (*make)(ip_family, tcp_socket *)) {
  OWNED(tcp_socket) listener = {0};
  OWNED(tcp_socket) socket = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  TRY(make_closed(family, make, &socket));
  step("start-connect");
  return seen(socket_start_connect(socket, address));
}

static json start_connect(ip_family family) { return start_connect_of(family, make_socket); }

static json start_connect_of_bound(ip_family family) {
  return start_connect_of(family, make_bound);
}

static json start_listen_of_bound(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_bound, &socket));
  step("start-listen");
  return seen(socket_start_listen(socket));
}

static json on_closed(ip_family family, result (*call)(tcp_socket)) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("call");
  return seen(call(socket));
}

static json start_listen(ip_family family) { return on_closed(family, socket_start_listen); }

static json accept(ip_family family) { return on_closed(family, try_accept); }

static json shutdown_receive(ip_family family) { return on_closed(family, try_shutdown_receive); }

static json shutdown_send(ip_family family) { return on_closed(family, try_shutdown_send); }

static json shutdown_both(ip_family family) { return on_closed(family, try_shutdown_both); }

static json finish_bind(ip_family family) { return on_closed(family, socket_finish_bind); }

static json finish_connect(ip_family family) { return on_closed(family, try_finish_connect); }

static json finish_listen(ip_family family) { return on_closed(family, socket_finish_listen); }

static json is_listening(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  return json_bool(socket_is_listening(socket));
}

static json pollable_ready(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("subscribe");
  return json_bool(socket_gets_ready(socket));
}

static json local_address(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("call");
  return seen_local_address(socket);
}

static json remote_address(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("call");
  return seen_remote_address(socket);
}

static json drops(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  step("drop");
  drop_tcp_socket(&socket);
  return seen(OK);
}

/** What an attempt to connect answers; the streams of one that succeeds are dropped. */
static json attempt(tcp_socket socket, ip_address address) {
  OWNED(streams) made = {0};
  return seen(socket_connect(socket, address, &made));
}

/**
 * An attempt that fails at once closes a socket too. Each of three sockets is then used
 * for another operation.
 */
static json after(ip_family family, ip_address address) {
  OWNED(tcp_socket) listener = {0};
  OWNED(tcp_socket) binds = {0};
  OWNED(tcp_socket) connects = {0};
  OWNED(tcp_socket) listens = {0};
  ip_address reachable;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &reachable));
  TRY(make_socket(family, &binds));
  TRY(make_socket(family, &connects));
  TRY(make_bound(family, &listens));
  step("connect in vain");
  json first = attempt(binds, address);
  json second = attempt(connects, address);
  json third = attempt(listens, address);
  step("use them");
  json start_bind = seen(socket_start_bind(binds, loopback(family, 0)));
  json start_connect = seen(socket_start_connect(connects, reachable));
  json start_listen = seen(socket_start_listen(listens));
  return json_object("failed", json_array(first, second, third), "start-bind", start_bind,
                     "start-connect", start_connect, "start-listen", start_listen);
}

static json after_other_family(ip_family family) {
  return after(family, loopback(other(family), 9));
}

static json after_wildcard_address(ip_family family) { return after(family, wildcard(family, 9)); }

static json after_port_zero(ip_family family) { return after(family, loopback(family, 0)); }

static json after_multicast_address(ip_family family) {
  return after(family, multicast(family, 9));
}

#define CASES(topic, X)            \
  X(topic, start_bind)             \
  X(topic, start_connect)          \
  X(topic, start_listen)           \
  X(topic, start_listen_of_bound)  \
  X(topic, start_connect_of_bound) \
  X(topic, accept)                 \
  X(topic, shutdown_receive)       \
  X(topic, shutdown_send)          \
  X(topic, shutdown_both)          \
  X(topic, finish_bind)            \
  X(topic, finish_connect)         \
  X(topic, finish_listen)          \
  X(topic, is_listening)           \
  X(topic, pollable_ready)         \
  X(topic, local_address)          \
  X(topic, remote_address)         \
  X(topic, drops)                  \
  X(topic, after_other_family)     \
  X(topic, after_wildcard_address) \
  X(topic, after_port_zero)        \
  X(topic, after_multicast_address)

TOPIC(closed, CASES);
