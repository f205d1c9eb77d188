/** The way from `unbound` to `bound`. */
#include "address.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"

static json ephemeral(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_bound(family, &socket));
  return seen_local_address(socket);
}

static json ephemeral_port_is_free(ip_family family) {
  OWNED(tcp_socket) first = {0};
  OWNED(tcp_socket) second = {0};
  OWNED(tcp_socket) third = {0};
  TRY(make_bound(family, &first));
  TRY(make_bound(family, &second));
  TRY(make_listening(family, &third));
  ip_address one, two, three;
  TRY(local_address_of(first, &one));
  TRY(local_address_of(second, &two));
  TRY(local_address_of(third, &three));
  bool are_different = !same(one, two) && !same(two, three) && !same(one, three);
  return json_object("different", json_bool(are_different));
}

static json start_bind_again(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  ip_address address;
  TRY(make_bound(family, &socket));
  TRY(local_address_of(socket, &address));
  step("start-bind again");
  json again = seen(socket_start_bind(socket, loopback(family, 0)));
  json kept = seen_local_is(socket, address);
  json listen = seen(socket_listen(socket));
  return json_object("start-bind", again, "address-kept", kept, "listen", listen);
}

static json finish_bind_again(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  ip_address address;
  TRY(make_bound(family, &socket));
  TRY(local_address_of(socket, &address));
  step("finish-bind again");
  json again = seen(socket_finish_bind(socket));
  json kept = seen_local_is(socket, address);
  json listen = seen(socket_listen(socket));
  return json_object("finish-bind", again, "address-kept", kept, "listen", listen);
}

static json bind_to(ip_family family, ip_address address) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind");
  return seen(socket_bind(socket, address));
}

static json other_family(ip_family family) { return bind_to(family, loopback(other(family), 0)); }

static json multicast_address(ip_family family) { return bind_to(family, multicast(family, 0)); }

static json broadcast_address(ip_family family) { return bind_to(family, broadcast(0)); }

static json in_use(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  return bind_to(family, address);
}

static json not_bindable(ip_family family) { return bind_to(family, absent(family, 0)); }

static json retry_after(ip_family family, ip_address address) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind in vain");
  json failed = seen(socket_bind(socket, address));
  json between = seen_local_address(socket);
  step("bind again");
  json bind = seen(socket_bind(socket, loopback(family, 0)));
  json listen = seen(socket_listen(socket));
  return json_object("failed", failed, "local-address", between, "bind", bind, "listen", listen);
}

static json retry_after_other_family(ip_family family) {
  return retry_after(family, loopback(other(family), 0));
}

static json retry_after_multicast_address(ip_family family) {
  return retry_after(family, multicast(family, 0));
}

static json retry_after_in_use(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  return retry_after(family, address);
}

static json retry_after_not_bindable(ip_family family) {
  return retry_after(family, absent(family, 0));
}

/** Nothing is in progress once a bind has failed, be it at its start or its end. */
static json finish_after(ip_family family, ip_address address) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind in vain");
  json failed = seen(socket_bind(socket, address));
  step("finish-bind again");
  json finish = seen(socket_finish_bind(socket));
  step("bind again");
  json bind = seen(socket_bind(socket, loopback(family, 0)));
  return json_object("failed", failed, "finish-bind", finish, "bind", bind);
}

static json finish_after_other_family(ip_family family) {
  return finish_after(family, loopback(other(family), 0));
}

static json finish_after_in_use(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  return finish_after(family, address);
}

static json bind_and_listen(ip_family family, ip_address address) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind to the port again");
  json bind = seen(socket_bind(socket, address));
  json listen = seen(socket_listen(socket));
  return json_object("bind", bind, "listen", listen);
}

static json reuse(ip_family family) {
  OWNED(pair) pair = {0};
  ip_address address;
  TRY(make_connected(family, &pair));
  TRY(local_address_of(pair.listener, &address));
  step("close the connection");
  drop_pair(&pair);
  return bind_and_listen(family, address);
}

/**
 * The end that closes first is the one that lingers. Here, it has the port of the
 * listener.
 */
static json reuse_after_server_closed_first(ip_family family) {
  OWNED(pair) pair = {0};
  ip_address address;
  TRY(make_connected(family, &pair));
  TRY(local_address_of(pair.listener, &address));
  step("close the server's end");
  drop_connection(&pair.server);
  step("close the client's end");
  seen_end_of(&pair.client);
  drop_pair(&pair);
  return bind_and_listen(family, address);
}

#define CASES(topic, X)                   \
  X(topic, ephemeral)                     \
  X(topic, ephemeral_port_is_free)        \
  X(topic, start_bind_again)              \
  X(topic, finish_bind_again)             \
  X(topic, other_family)                  \
  X(topic, multicast_address)             \
  X(topic, broadcast_address)             \
  X(topic, in_use)                        \
  X(topic, not_bindable)                  \
  X(topic, retry_after_other_family)      \
  X(topic, retry_after_multicast_address) \
  X(topic, retry_after_in_use)            \
  X(topic, retry_after_not_bindable)      \
  X(topic, finish_after_other_family)     \
  X(topic, finish_after_in_use)           \
  X(topic, reuse)                         \
  X(topic, reuse_after_server_closed_first)

TOPIC(bind, CASES);
