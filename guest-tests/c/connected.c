/** A socket that is connected. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"

static json addresses(tcp_socket socket) {
  json local = seen_local_address(socket);
  return json_object("local", local, "remote", seen_remote_address(socket));
}

static json client_addresses(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  return addresses(pair.client.socket);
}

static json server_addresses(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  return addresses(pair.server.socket);
}

static json is_listening(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  return json_object("client", json_bool(socket_is_listening(pair.client.socket)), "server",
                     json_bool(socket_is_listening(pair.server.socket)));
}

static json pollable_ready(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  json client = json_bool(socket_gets_ready(pair.client.socket));
  json server = json_bool(socket_gets_ready(pair.server.socket));
  return json_object("client", client, "server", server);
}

/** Uses a connection as if the calls at both ends had not happened. */
static json goes_on(const pair *pair, ip_address remote, result at_client, result at_server) {
  step("go on");
  json kept = seen_remote_is(pair->client.socket, remote);
  json bytes = json_text(transfer_run(transfer_of(&pair->client, &pair->server, 100)));
  return json_object("client", seen(at_client), "server", seen(at_server), "peer-kept", kept,
                     "bytes", bytes);
}

/** A connection at both ends of which a call follows that is wrong in this state. */
static bool make_scene(ip_family family, pair *made, ip_address *remote) {
  TRY(make_connected(family, made));
  AT("remote-address", socket_remote_address(made->client.socket, remote));
  step("wrong-state call");
  return true;
}

static json stays_connected(ip_family family, result (*call)(tcp_socket)) {
  OWNED(pair) pair = {0};
  ip_address remote;
  TRY(make_scene(family, &pair, &remote));
  result at_client = call(pair.client.socket);
  result at_server = call(pair.server.socket);
  return goes_on(&pair, remote, at_client, at_server);
}

static json start_bind(ip_family family) {
  OWNED(pair) pair = {0};
  ip_address remote;
  TRY(make_scene(family, &pair, &remote));
  result at_client = socket_start_bind(pair.client.socket, loopback(family, 0));
  result at_server = socket_start_bind(pair.server.socket, loopback(family, 0));
  return goes_on(&pair, remote, at_client, at_server);
}

/** The address is that of a listener, so only the state is in the way. */
static json start_connect(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(pair) pair = {0};
  ip_address address, remote;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  TRY(make_scene(family, &pair, &remote));
  result at_client = socket_start_connect(pair.client.socket, address);
  result at_server = socket_start_connect(pair.server.socket, address);
  return goes_on(&pair, remote, at_client, at_server);
}

static json start_listen(ip_family family) { return stays_connected(family, socket_start_listen); }

static json accept(ip_family family) { return stays_connected(family, try_accept); }

static json finish_bind(ip_family family) { return stays_connected(family, socket_finish_bind); }

static json finish_connect(ip_family family) { return stays_connected(family, try_finish_connect); }

static json finish_listen(ip_family family) {
  return stays_connected(family, socket_finish_listen);
}

#define CASES(topic, X)      \
  X(topic, client_addresses) \
  X(topic, server_addresses) \
  X(topic, is_listening)     \
  X(topic, pollable_ready)   \
  X(topic, start_bind)       \
  X(topic, start_connect)    \
  X(topic, start_listen)     \
  X(topic, accept)           \
  X(topic, finish_bind)      \
  X(topic, finish_connect)   \
  X(topic, finish_listen)

TOPIC(connected, CASES);
