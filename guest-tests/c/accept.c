/** A socket that `accept` returned. */
#include "address.h"
#include "report.h"
#include "setup.h"
#include "transfer.h"

enum { CLIENTS = 3 };

static json family(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  return seen_family(socket_family(pair.server.socket));
}

static json remote_address(ip_family family) {
  OWNED(pair) pair = {0};
  ip_address client;
  TRY(make_connected(family, &pair));
  TRY(local_address_of(pair.client.socket, &client));
  return json_object("client", seen_remote_is(pair.server.socket, client));
}

static json local_address(ip_family family) {
  OWNED(pair) pair = {0};
  ip_address listener;
  TRY(make_connected(family, &pair));
  TRY(local_address_of(pair.listener, &listener));
  return json_object("listener", seen_local_is(pair.server.socket, listener));
}

static json not_listening(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  return json_object("accepted", json_bool(socket_is_listening(pair.server.socket)), "listener",
                     json_bool(socket_is_listening(pair.listener)));
}

static json streams_to_client(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  return json_text(transfer_run(transfer_of(&pair.server, &pair.client, 100)));
}

static json streams_to_server(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("carry bytes");
  return json_text(transfer_run(transfer_of(&pair.client, &pair.server, 100)));
}

/** Clients that connect to one listener. */
typedef struct clients {
  connection items[CLIENTS];
} clients;

static void drop_clients(clients *clients) {
  for (int i = 0; i < CLIENTS; i++) drop_connection(&clients->items[i]);
}

static bool make_clients(ip_family family, ip_address address, clients *made) {
  for (int i = 0; i < CLIENTS; i++) TRY(make_socket(family, &made->items[i].socket));
  step("connect");
  for (int i = 0; i < CLIENTS; i++) {
    AT("connect", socket_connect(made->items[i].socket, address, &made->items[i].streams));
  }
  return true;
}

/** Accepts a client, and notes whether bytes for it reach the one that it is. */
static bool accept_and_send(tcp_socket listener, const clients *clients, json *seen) {
  OWNED(connection) accepted = {0};
  ip_address remote, local;
  step("accept");
  AT("accept", socket_accept_one(listener, &accepted));
  AT("remote-address", socket_remote_address(accepted.socket, &remote));
  for (size_t i = 0; i < CLIENTS; i++) {
    const connection *client = &clients->items[i];
    TRY(local_address_of(client->socket, &local));
    if (!same(local, remote)) continue;
    seen[i] = json_text(transfer_run(transfer_of(&accepted, client, 100 + i)));
  }
  return true;
}

/**
 * Three clients wait. Bytes for each reach the right one, whatever the order in which
 * they are accepted.
 */
static json several_clients(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(clients) clients = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  TRY(make_clients(family, address, &clients));
  json not_accepted = json_text("not accepted");
  json seen[CLIENTS] = {not_accepted, not_accepted, not_accepted};
  for (int i = 0; i < CLIENTS; i++) TRY(accept_and_send(listener, &clients, seen));
  return json_array(seen[0], seen[1], seen[2]);
}

static json outlives_listener(ip_family family) {
  OWNED(pair) pair = {0};
  TRY(make_connected(family, &pair));
  step("drop the listener");
  drop_tcp_socket(&pair.listener);
  return json_text(transfer_run(transfer_of(&pair.client, &pair.server, 100)));
}

#define CASES(topic, X)       \
  X(topic, family)            \
  X(topic, remote_address)    \
  X(topic, local_address)     \
  X(topic, not_listening)     \
  X(topic, streams_to_client) \
  X(topic, streams_to_server) \
  X(topic, several_clients)   \
  X(topic, outlives_listener)

TOPIC(accept, CASES);
