#include "under_fault.h"

#include "address.h"
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
