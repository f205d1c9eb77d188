#include "setup.h"

#include "address.h"
#include "report.h"

halt halted;

void halt_blocked(const char *step, result outcome) {
  halted = (halt){.step = step, .code = (error_code)outcome};
}

void halt_observed(json observed) { halted = (halt){.observed = observed}; }

ip_family other(ip_family family) { return family == IPV4 ? IPV6 : IPV4; }

bool make_socket(ip_family family, tcp_socket *made) {
  step("create");
  AT("create", create_tcp_socket(family, made));
  return true;
}

bool make_bound(ip_family family, tcp_socket *made) {
  TRY(make_socket(family, made));
  step("bind");
  AT("bind", socket_bind(*made, loopback(family, 0)));
  return true;
}

bool make_listening(ip_family family, tcp_socket *made) {
  TRY(make_bound(family, made));
  step("listen");
  AT("listen", socket_listen(*made));
  return true;
}

bool local_address_of(tcp_socket socket, ip_address *address) {
  AT("local-address", socket_local_address(socket, address));
  return true;
}

bool make_client_of(ip_address address, connection *made) {
  TRY(make_socket(family_of(address), &made->socket));
  step("connect");
  AT("connect", socket_connect(made->socket, address, &made->streams));
  return true;
}

/** Attempts to connect where nobody listens; halts, or returns whether it failed. */
static bool connect_in_vain(ip_family family, bool (*make)(ip_family, tcp_socket *), bool is_held,
                            tcp_socket *made, bool *is_closed) {
  OWNED(tcp_socket) holder = {0};
  OWNED(streams) unexpected = {0};
  ip_address address;
  TRY(make_bound(family, &holder));
  TRY(local_address_of(holder, &address));
  if (!is_held) drop_tcp_socket(&holder);
  TRY(make(family, made));
  step("connect in vain");
  *is_closed = socket_connect(*made, address, &unexpected) != OK;
  return true;
}

bool make_closed(ip_family family, bool (*make)(ip_family, tcp_socket *), tcp_socket *made) {
  bool is_closed;
  TRY(connect_in_vain(family, make, true, made, &is_closed));
  if (is_closed) return true;
  drop_tcp_socket(made);
  TRY(connect_in_vain(family, make, false, made, &is_closed));
  if (is_closed) return true;
  halt_observed(json_text("connected to nobody"));
  return false;
}

void drop_pair(pair *pair) {
  drop_connection(&pair->client);
  drop_connection(&pair->server);
  drop_tcp_socket(&pair->listener);
}

bool make_connected(ip_family family, pair *made) {
  TRY(make_listening(family, &made->listener));
  TRY(make_socket(family, &made->client.socket));
  step("connect");
  AT("connect", connect_and_accept(made->listener, made->client.socket, &made->client.streams,
                                   &made->server));
  return true;
}

bool make_listening_in_both(tcp_socket *v4, tcp_socket *v6) {
  for (int left = 20;; left--) {
    ip_address address;
    TRY(make_listening(IPV4, v4));
    TRY(local_address_of(*v4, &address));
    TRY(make_socket(IPV6, v6));
    step("listen at the other loopback address");
    result listens = socket_bind(*v6, loopback(IPV6, port_of(address)));
    if (listens == OK) listens = socket_listen(*v6);
    if (listens == OK) return true;
    // Another process may hold the port, which is no fault.
    if (listens != NETWORK_ERROR_CODE_ADDRESS_IN_USE || left == 1) {
      halt_blocked("listen at the other loopback address", listens);
      return false;
    }
    drop_tcp_socket(v6);
    drop_tcp_socket(v4);
  }
}
