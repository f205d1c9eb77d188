/** What the binding of C adds to the interface, and who uses it meets. */
#include "address.h"
#include "report.h"
#include "setup.h"

/** A call that fails sets the code, and leaves the value as it was. */
static json error_leaves_value(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  ip_address address = loopback(family, 4711);
  ip_address before = address;
  result outcome = socket_local_address(socket, &address);
  return json_object("answer", seen(outcome), "value-kept", json_bool(same(address, before)));
}

/** A call that succeeds leaves the code as it was. */
static json success_leaves_code(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  error_code code = NETWORK_ERROR_CODE_PERMANENT_RESOLVER_FAILURE;
  bool is_ok = factory_create_tcp_socket(family, &socket, &code);
  bool is_kept = code == NETWORK_ERROR_CODE_PERMANENT_RESOLVER_FAILURE;
  return json_object("is-ok", json_bool(is_ok), "code-kept", json_bool(is_kept));
}

/** A borrow is a copy of the handle: it need not be dropped before the socket. */
static json borrow_needs_no_drop(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  tcp_borrow_tcp_socket_t first = tcp_borrow_tcp_socket(socket);
  tcp_borrow_tcp_socket_t second = tcp_borrow_tcp_socket(socket);
  json families = json_array(seen_family(tcp_method_tcp_socket_address_family(first)),
                             seen_family(tcp_method_tcp_socket_address_family(second)));
  step("drop");
  drop_tcp_socket(&socket);
  return families;
}

/** It must not be dropped either: that drops the socket, so the next use of it traps. */
static json dropping_borrow_drops_socket(ip_family family) {
  tcp_socket socket = {0};
  TRY(make_socket(family, &socket));
  tcp_tcp_socket_drop_borrow(tcp_borrow_tcp_socket(socket));
  step("use-after-drop");
  socket_family(socket);
  return json_text("returned");
}

#define CASES(topic, X)           \
  X(topic, error_leaves_value)    \
  X(topic, success_leaves_code)   \
  X(topic, borrow_needs_no_drop)  \
  X(topic, dropping_borrow_drops_socket)

TOPIC(binding, CASES);
