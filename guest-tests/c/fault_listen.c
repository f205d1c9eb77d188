/** What `listen` returns when the operating system refuses it, and what is left. */
#include "address.h"
#include "report.h"
#include "setup.h"
#include "under_fault.h"

/**
 * A bound socket. An implementation may listen as soon as it binds, and then this is
 * where the fault is met.
 */
static bool make_not_refused_yet(ip_family family, tcp_socket *made) {
  TRY(make_socket(family, made));
  step("bind");
  if (socket_bind(*made, loopback(family, 0)) == OK) return true;
  halt_observed(json_text("not bound"));
  return false;
}

static json code(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_not_refused_yet(family, &socket));
  step("listen");
  result listens = socket_listen(socket);
  return listens == OK ? fault_from_listening(socket, family) : seen(listens);
}

static json state(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_not_refused_yet(family, &socket));
  step("listen");
  if (socket_listen(socket) == OK) return json_text("listening");
  json finish = seen(socket_finish_listen(socket));
  json closed = after_failure(socket, family);
  step("drop");
  drop_tcp_socket(&socket);
  return json_object("finish", finish, "closed", closed);
}

#define CASES(topic, X) \
  X(topic, code)        \
  X(topic, state)

TOPIC(fault_listen, CASES);
