#include "under_fault.h"

#include "address.h"
#include "clock.h"
#include "report.h"

json deferred(result outcome) {
  return format("\"deferred:%s\"", code_name((error_code)outcome));
}

json fault_from_creation(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  step("create");
  result created = create_tcp_socket(family, &socket);
  if (created != OK) return seen(created);
  step("bind");
  result bound = socket_bind(socket, loopback(family, 0));
  return bound == OK ? fault_from_bound(socket, family) : deferred(bound);
}

json fault_from_bound(tcp_socket socket, ip_family family) {
  step("listen");
  result listens = socket_listen(socket);
  return listens == OK ? fault_from_listening(socket, family) : deferred(listens);
}

json fault_from_listening(tcp_socket socket, ip_family family) {
  OWNED(tcp_socket) client = {0};
  step("create, connect, accept");
  result outcome = create_tcp_socket(family, &client);
  if (outcome == OK) outcome = serve(socket, client);
  return outcome == OK ? json_text("unaffected") : deferred(outcome);
}

json attempted(result outcome) {
  bool is_in_the_way = outcome == NETWORK_ERROR_CODE_INVALID_STATE ||
                       outcome == NETWORK_ERROR_CODE_CONCURRENCY_CONFLICT;
  return is_in_the_way ? seen(outcome) : json_text("attempted");
}

json after_failure(tcp_socket socket, ip_family family) {
  step("ask the socket");
  json ready = json_bool(socket_gets_ready(socket));
  json bind = seen(socket_start_bind(socket, loopback(family, 0)));
  json listen = seen(socket_start_listen(socket));
  json connect = seen(socket_start_connect(socket, nobody(family)));
  json accept = seen(try_accept(socket));
  json shutdown = seen(try_shutdown_both(socket));
  json listening = json_bool(socket_is_listening(socket));
  return json_object("pollable-ready", ready, "start-bind", bind, "start-listen", listen,
                     "start-connect", connect, "accept", accept, "shutdown", shutdown,
                     "is-listening", listening);
}

ip_address nobody(ip_family family) { return loopback(family, 9); }
