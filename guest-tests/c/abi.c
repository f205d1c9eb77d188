/**
 * Calls with handles and numbers that are wrong, which C does not stop: the runtime has to.
 *
 * The Canonical ABI requires a trap for each. The last step in the report is the hostile
 * call. If it returns, the observation says so. Nothing is created between the two, so no
 * handle gets the number of a dropped one.
 */
#include "address.h"
#include "report.h"
#include "setup.h"

static json returned(void) { return json_text("returned"); }

/** A number of a family that the type of C can hold, and that is none. */
static json create_with_number(ip_family number) {
  OWNED(tcp_socket) socket = {0};
  step("family-range");
  create_tcp_socket(number, &socket);
  return returned();
}

static json family_2(ip_family family) {
  (void)family;
  return create_with_number(2);
}

static json family_255(ip_family family) {
  (void)family;
  return create_with_number(255);
}

/** Makes a socket and drops it, and keeps a copy of its handle. */
static bool make_stale(ip_family family, tcp_socket *stale) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  *stale = socket;
  return true;
}

static json use_after_drop(ip_family family) {
  tcp_socket stale;
  TRY(make_stale(family, &stale));
  step("use-after-drop");
  socket_family(stale);
  return returned();
}

static json subscribe_after_drop(ip_family family) {
  tcp_socket stale;
  TRY(make_stale(family, &stale));
  step("use-after-drop");
  socket_subscribe(stale);
  return returned();
}

/** The network is there before, so that it does not get the number of the socket. */
static json start_bind_after_drop(ip_family family) {
  tcp_socket stale;
  ip_address address = loopback(family, 0);
  error_code code;
  network_own_network_t network = instance_instance_network();
  TRY(make_stale(family, &stale));
  step("use-after-drop");
  tcp_method_tcp_socket_start_bind(tcp_borrow_tcp_socket(stale), network_borrow_network(network),
                                   &address, &code);
  return returned();
}

static json double_drop(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_bound(family, &socket));
  tcp_socket stale = socket;
  drop_tcp_socket(&socket);
  step("double-drop");
  tcp_tcp_socket_drop_own(stale);
  return returned();
}

static json ask_forged(int32_t number, const char *name) {
  step(name);
  socket_family((tcp_socket){number});
  return returned();
}

/** The number is far from that of every handle. */
static json forged_handle(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return ask_forged(socket.__handle + 1000000, "forged-handle");
}

static json forged_handle_zero(ip_family family) {
  (void)family;
  return ask_forged(0, "forged-handle");
}

static json forged_handle_maximum(ip_family family) {
  (void)family;
  return ask_forged((int32_t)(UINT32_MAX - 1), "forged-handle");
}

static json forged_handle_drop(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("forged-handle");
  tcp_tcp_socket_drop_own((tcp_socket){socket.__handle + 1000000});
  return returned();
}

static json wrong_type_pollable(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  OWNED(pollable) pollable = socket_subscribe(socket);
  return ask_forged(pollable.__handle, "wrong-type");
}

static json wrong_type_network(ip_family family) {
  (void)family;
  return ask_forged(instance_instance_network().__handle, "wrong-type");
}

/** A socket in place of a network. */
static json wrong_type_argument(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  ip_address address = loopback(family, 0);
  error_code code;
  step("wrong-type");
  tcp_method_tcp_socket_start_bind(tcp_borrow_tcp_socket(socket),
                                   (network_borrow_network_t){socket.__handle}, &address, &code);
  return returned();
}

/** A network that is dropped as if it were a socket. */
static json wrong_type_drop(ip_family family) {
  (void)family;
  network_own_network_t network = instance_instance_network();
  step("wrong-type");
  tcp_tcp_socket_drop_own((tcp_socket){network.__handle});
  return returned();
}

#define CASES(topic, X)           \
  X(topic, family_2)              \
  X(topic, family_255)            \
  X(topic, use_after_drop)        \
  X(topic, subscribe_after_drop)  \
  X(topic, start_bind_after_drop) \
  X(topic, double_drop)           \
  X(topic, forged_handle)         \
  X(topic, forged_handle_zero)    \
  X(topic, forged_handle_maximum) \
  X(topic, forged_handle_drop)    \
  X(topic, wrong_type_pollable)   \
  X(topic, wrong_type_network)    \
  X(topic, wrong_type_argument)   \
  X(topic, wrong_type_drop)

TOPIC(abi, CASES);
