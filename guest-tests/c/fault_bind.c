/** What `bind` returns when the operating system refuses it, and what is left. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"
#include "under_fault.h"

static json code(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind");
  result bound = socket_bind(socket, loopback(family, 0));
  return bound == OK ? fault_from_bound(socket, family) : seen(bound);
}

static json ask(tcp_socket socket) {
  step("ask the socket");
  json address = seen_local_address(socket);
  json finish = seen(socket_finish_bind(socket));
  json listen = seen(socket_start_listen(socket));
  json accept = seen(try_accept(socket));
  json shutdown = seen(try_shutdown_both(socket));
  json listening = json_bool(socket_is_listening(socket));
  json ready = json_bool(socket_gets_ready(socket));
  return json_object("local-address", address, "finish-bind", finish, "start-listen", listen,
                     "accept", accept, "shutdown", shutdown, "is-listening", listening,
                     "pollable-ready", ready);
}

static json state(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("bind");
  if (socket_bind(socket, loopback(family, 0)) == OK) return json_text("bound");
  json at_once = ask(socket);
  step("use it again");
  result bind = socket_bind(socket, loopback(family, 0));
  result connect = socket_start_connect(socket, nobody(family));
  step("drop");
  drop_tcp_socket(&socket);
  return json_object("at-once", at_once, "bind", attempted(bind), "start-connect",
                     attempted(connect));
}

#define CASES(topic, X) \
  X(topic, code)        \
  X(topic, state)

TOPIC(fault_bind, CASES);
