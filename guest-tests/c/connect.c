/** The way from `unbound` or `bound` to `connected`. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"

/** What a socket shows that connects. */
typedef struct sight {
  json connect;
  json local_is_set;
  json remote_is_listener;
} sight;

static bool connects(tcp_socket socket, ip_family family, sight *sight) {
  OWNED(tcp_socket) listener = {0};
  OWNED(streams) made = {0};
  OWNED(connection) accepted = {0};
  ip_address address, local, peer;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  step("connect");
  result connected = connect_and_accept(listener, socket, &made, &accepted);
  result has_local = socket_local_address(socket, &local);
  sight->remote_is_listener = seen_remote_is(socket, address);
  if (connected == OK) AT("remote-address", socket_remote_address(accepted.socket, &peer));
  sight->connect = seen(connected);
  sight->local_is_set =
      has_local == OK ? json_bool(port_of(local) != 0 && (connected != OK || same(local, peer)))
                      : seen(has_local);
  return true;
}

static json from_unbound(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  sight sight;
  TRY(make_socket(family, &socket));
  TRY(connects(socket, family, &sight));
  return json_object("connect", sight.connect, "local-is-set", sight.local_is_set,
                     "remote-is-listener", sight.remote_is_listener);
}

static json from_bound(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  ip_address address;
  sight sight;
  TRY(make_bound(family, &socket));
  TRY(local_address_of(socket, &address));
  TRY(connects(socket, family, &sight));
  return json_object("connect", sight.connect, "local-is-set", sight.local_is_set,
                     "remote-is-listener", sight.remote_is_listener, "local-kept",
                     seen_local_is(socket, address));
}

static json connect_to(ip_family family, ip_address address) {
  OWNED(tcp_socket) socket = {0};
  OWNED(streams) made = {0};
  TRY(make_socket(family, &socket));
  step("connect");
  return seen(socket_connect(socket, address, &made));
}

static json other_family(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  ip_address address;
  TRY(make_listening(other(family), &listener));
  TRY(local_address_of(listener, &address));
  return connect_to(family, address);
}

/**
 * Some systems take the wildcard for the loopback address, so there is a listener on the
 * port.
 */
static json wildcard_address(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  return connect_to(family, wildcard(family, port_of(address)));
}

static json port_zero(ip_family family) { return connect_to(family, loopback(family, 0)); }

static json multicast_address(ip_family family) { return connect_to(family, multicast(family, 9)); }

static json broadcast_address(ip_family family) { return connect_to(family, broadcast(9)); }

/**
 * The port is that of a listener of each family. A socket for both families would reach
 * the first, and one whose address is rewritten would reach either.
 */
static json mapped_address(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(tcp_socket) other_listener = {0};
  ip_address address;
  TRY(make_listening_in_both(&listener, &other_listener));
  TRY(local_address_of(listener, &address));
  return connect_to(family, mapped_loopback(port_of(address)));
}

/** A socket holds the port, so that nobody else can listen there. */
static json refused(ip_family family) {
  OWNED(tcp_socket) holder = {0};
  ip_address address;
  TRY(make_bound(family, &holder));
  TRY(local_address_of(holder, &address));
  return connect_to(family, address);
}

static json refused_from_bound(ip_family family) {
  OWNED(tcp_socket) holder = {0};
  OWNED(tcp_socket) socket = {0};
  OWNED(streams) made = {0};
  ip_address address;
  TRY(make_bound(family, &holder));
  TRY(local_address_of(holder, &address));
  TRY(make_bound(family, &socket));
  step("connect");
  return seen(socket_connect(socket, address, &made));
}

/** Accepts a client, and leaves at once. */
static bool accept_and_leave(tcp_socket listener) {
  OWNED(connection) accepted = {0};
  AT("accept", socket_accept_one(listener, &accepted));
  return true;
}

/** The peer accepts and leaves while the connection is not finished here. */
static json peer_gone_before_finish(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(connection) client = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(make_socket(family, &client.socket));
  TRY(local_address_of(listener, &address));
  step("start-connect");
  AT("start-connect", socket_start_connect(client.socket, address));
  // Some implementations connect no sooner than the pollable is polled.
  pollable pollables[] = {socket_subscribe(client.socket), socket_subscribe(listener)};
  one_gets_ready(pollables, 2);
  drop_pollable(&pollables[0]);
  drop_pollable(&pollables[1]);
  step("accept and leave");
  TRY(accept_and_leave(listener));
  step("finish-connect");
  result connected = socket_finish_with_streams(client.socket, &client.streams);
  if (connected != OK) return json_object("connect", seen(connected));
  return json_object("connect", seen(OK), "input", seen_end_of(&client));
}

#define CASES(topic, X)       \
  X(topic, from_unbound)      \
  X(topic, from_bound)        \
  X(topic, other_family)      \
  X(topic, wildcard_address)  \
  X(topic, port_zero)         \
  X(topic, multicast_address) \
  X(topic, broadcast_address) \
  X(topic, mapped_address)    \
  X(topic, refused)           \
  X(topic, refused_from_bound) \
  X(topic, peer_gone_before_finish)

TOPIC(connect, CASES);
