/** What `accept` returns when the operating system refuses it, and what is left. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"
#include "under_fault.h"

/** Accepts a client that waits; `would-block` if the listener never says anything else. */
static result accept(tcp_socket listener, connection *accepted) {
  step("accept");
  attempts attempts = attempts_start();
  result outcome;
  bool is_ready;
  do {
    is_ready = socket_gets_ready(listener);
    outcome = socket_accept(listener, accepted);
  } while (is_ready && outcome == NETWORK_ERROR_CODE_WOULD_BLOCK &&
           attempts_go_on_soon(&attempts));
  return outcome;
}

static json code(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(connection) client = {0};
  OWNED(connection) server = {0};
  ip_address address, local, remote;
  TRY(make_listening(family, &listener));
  TRY(make_socket(family, &client.socket));
  TRY(local_address_of(listener, &address));
  step("connect");
  AT("connect", socket_connect(client.socket, address, &client.streams));
  result accepted = accept(listener, &server);
  if (accepted != OK) return seen(accepted);
  TRY(local_address_of(client.socket, &local));
  AT("remote-address", socket_remote_address(server.socket, &remote));
  return json_text(same(local, remote) ? "unaffected" : "another client");
}

/** `"kept"` when the address of the socket is the one from before. */
static json seen_kept(tcp_socket socket, ip_address before) {
  ip_address now;
  result outcome = socket_local_address(socket, &now);
  if (outcome != OK) return seen(outcome);
  return json_text(same(now, before) ? "kept" : "another");
}

static json ask(tcp_socket listener, ip_address address, ip_family family) {
  step("ask the listener");
  json listening = json_bool(socket_is_listening(listener));
  json local = seen_kept(listener, address);
  json bind = seen(socket_start_bind(listener, loopback(family, 0)));
  json listen = seen(socket_start_listen(listener));
  json connect = seen(socket_start_connect(listener, nobody(family)));
  json finish = seen(socket_finish_listen(listener));
  json shutdown = seen(try_shutdown_both(listener));
  json accept = attempted(try_accept(listener));
  return json_object("is-listening", listening, "local-address", local, "start-bind", bind,
                     "start-listen", listen, "start-connect", connect, "finish-listen", finish,
                     "shutdown", shutdown, "accept", accept);
}

static json state(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(connection) client = {0};
  OWNED(connection) server = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(make_socket(family, &client.socket));
  TRY(local_address_of(listener, &address));
  step("connect");
  AT("connect", socket_connect(client.socket, address, &client.streams));
  if (accept(listener, &server) == OK) return json_text("accepted");
  json seen = ask(listener, address, family);
  step("drop");
  drop_tcp_socket(&listener);
  return seen;
}

#define CASES(topic, X) \
  X(topic, code)        \
  X(topic, state)

TOPIC(fault_accept, CASES);
