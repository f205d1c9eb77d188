/** What `connect` returns when the operating system refuses it, and what is left. */
#include "report.h"
#include "setup.h"
#include "under_fault.h"

static json code(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(tcp_socket) client = {0};
  OWNED(streams) made = {0};
  OWNED(connection) accepted = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(make_socket(family, &client));
  TRY(local_address_of(listener, &address));
  step("connect");
  result connected = socket_connect(client, address, &made);
  if (connected != OK) return seen(connected);
  step("accept");
  result outcome = socket_accept_one(listener, &accepted);
  return outcome == OK ? json_text("unaffected") : deferred(outcome);
}

static json state_of(ip_family family, bool (*make)(ip_family, tcp_socket *)) {
  OWNED(tcp_socket) listener = {0};
  OWNED(tcp_socket) client = {0};
  OWNED(streams) made = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(make(family, &client));
  TRY(local_address_of(listener, &address));
  step("connect");
  if (socket_connect(client, address, &made) == OK) return json_text("connected");
  json finish = seen(try_finish_connect(client));
  json closed = after_failure(client, family);
  step("drop");
  drop_tcp_socket(&client);
  return json_object("finish", finish, "closed", closed);
}

static json state(ip_family family) { return state_of(family, make_socket); }

static json state_of_bound(ip_family family) { return state_of(family, make_bound); }

#define CASES(topic, X) \
  X(topic, code)        \
  X(topic, state)       \
  X(topic, state_of_bound)

TOPIC(fault_connect, CASES);
