/** What every socket answers, whatever its state. */
#include <string.h>

#include "address.h"
#include "report.h"
#include "setup.h"

/** A question to a socket; NULL when it halts. */
typedef json question(tcp_socket socket, ip_family family);

/** The answers of a socket in each state. */
typedef struct answers {
  json unbound, binding, bound, starting_to_listen, listening, connecting, connected, accepted,
      closed;
} answers;

/** Asks a closed socket. */
static bool ask_closed(ip_family family, question *ask, json *answer) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_closed(family, make_socket, &socket));
  *answer = ask(socket, family);
  return true;
}

/** Leads a socket to where it listens, and asks it on the way. */
static bool ask_listener(ip_family family, question *ask, tcp_socket socket, answers *answers) {
  answers->unbound = ask(socket, family);
  step("start-bind");
  AT("start-bind", socket_start_bind(socket, loopback(family, 0)));
  answers->binding = ask(socket, family);
  AT("finish-bind", socket_finish(socket, socket_finish_bind));
  answers->bound = ask(socket, family);
  step("start-listen");
  AT("start-listen", socket_start_listen(socket));
  answers->starting_to_listen = ask(socket, family);
  AT("finish-listen", socket_finish(socket, socket_finish_listen));
  answers->listening = ask(socket, family);
  return true;
}

/** Leads sockets through all states, and asks each of them there. */
static bool in_every_state(ip_family family, question *ask, answers *answers) {
  OWNED(tcp_socket) socket = {0};
  OWNED(connection) client = {0};
  OWNED(connection) accepted = {0};
  ip_address address;
  TRY(make_socket(family, &socket));
  TRY(make_socket(family, &client.socket));
  TRY(ask_listener(family, ask, socket, answers));
  TRY(local_address_of(socket, &address));
  step("start-connect");
  AT("start-connect", socket_start_connect(client.socket, address));
  answers->connecting = ask(client.socket, family);
  AT("finish-connect", socket_finish_with_streams(client.socket, &client.streams));
  answers->connected = ask(client.socket, family);
  AT("accept", socket_accept_one(socket, &accepted));
  answers->accepted = ask(accepted.socket, family);
  return ask_closed(family, ask, &answers->closed);
}

/** All answers, but for the one of `listen-in-progress` where that is left out. */
static json seen_answers(const answers *answers, bool is_listen_left_out) {
  const char *names[] = {"unbound",   "bind-in-progress",    "bound",     "listening",
                         "connected", "connect-in-progress", "accepted", "closed",
                         "listen-in-progress"};
  json values[] = {answers->unbound,   answers->binding,    answers->bound,    answers->listening,
                   answers->connected, answers->connecting, answers->accepted, answers->closed,
                   answers->starting_to_listen};
  const char *members = "";
  size_t count = sizeof names / sizeof *names - is_listen_left_out;
  for (size_t i = 0; i < count; i++) {
    members = format("%s%s\"%s\":%s", members, *members ? "," : "", names[i], values[i]);
  }
  return format("{%s}", members);
}

static json ask_family(tcp_socket socket, ip_family family) {
  (void)family;
  return seen_family(socket_family(socket));
}

static json ask_listening(tcp_socket socket, ip_family family) {
  (void)family;
  return json_bool(socket_is_listening(socket));
}

/** What is answered six times in a row, or all the answers. */
static json same_again(question *ask, tcp_socket socket, ip_family family) {
  json six[6];
  bool are_same = true;
  for (int i = 0; i < 6; i++) {
    six[i] = ask(socket, family);
    are_same &= strcmp(six[i], six[0]) == 0;
  }
  return are_same ? six[0] : json_array(six[0], six[1], six[2], six[3], six[4], six[5]);
}

static json ask_family_again(tcp_socket socket, ip_family family) {
  return same_again(ask_family, socket, family);
}

/** An implementation may let a guest have few sockets. */
enum { OTHERS = 4 };

/** Asks while there are other sockets, where they can be made. */
static json ask_among(tcp_socket socket, ip_family family, bool (*make)(ip_family, tcp_socket *)) {
  tcp_socket others[OTHERS] = {0};
  bool are_made = true;
  for (int i = 0; i < OTHERS; i++) are_made &= make(family, &others[i]);
  json answer = are_made ? same_again(ask_listening, socket, family) : json_text("no others");
  for (int i = 0; i < OTHERS; i++) drop_tcp_socket(&others[i]);
  return answer;
}

static json ask_listening_among_others(tcp_socket socket, ip_family family) {
  json first = ask_among(socket, family, make_listening);
  json second = ask_among(socket, family, make_socket);
  return strcmp(first, second) == 0 ? first : json_array(first, second);
}

static json address_family(ip_family family) {
  answers answers;
  TRY(in_every_state(family, ask_family, &answers));
  return seen_answers(&answers, false);
}

/** Asked again and again, while there are sockets of the other family. */
static json address_family_among_others(ip_family family) {
  OWNED(tcp_socket) unbound = {0};
  OWNED(tcp_socket) listener = {0};
  answers answers;
  TRY(make_socket(other(family), &unbound));
  TRY(make_listening(other(family), &listener));
  TRY(in_every_state(family, ask_family_again, &answers));
  return seen_answers(&answers, false);
}

static json is_listening(ip_family family) {
  answers answers;
  TRY(in_every_state(family, ask_listening, &answers));
  return seen_answers(&answers, false);
}

/**
 * Asked again and again, while there are sockets that listen, and then sockets that do
 * not. Whether a socket listens that is about to is for `is_listening` to ask.
 */
static json is_listening_among_others(ip_family family) {
  answers answers;
  TRY(in_every_state(family, ask_listening_among_others, &answers));
  return seen_answers(&answers, true);
}

/** Starts with a network that is dropped at once: no operation needs it later. */
static result start_with(network_own_network_t network, tcp_socket socket, ip_address address,
                         bool is_connect) {
  tcp_borrow_tcp_socket_t lent = tcp_borrow_tcp_socket(socket);
  network_borrow_network_t lent_network = network_borrow_network(network);
  error_code code;
  bool is_ok = is_connect
                   ? tcp_method_tcp_socket_start_connect(lent, lent_network, &address, &code)
                   : tcp_method_tcp_socket_start_bind(lent, lent_network, &address, &code);
  network_network_drop_own(network);
  return is_ok ? OK : code;
}

/**
 * Every handle is one to the default network: a socket that is bound with one is
 * connected with another, and no operation needs a handle once it is started.
 */
static json two_networks(ip_family family) {
  OWNED(tcp_socket) listener = {0};
  OWNED(connection) client = {0};
  OWNED(connection) accepted = {0};
  ip_address address;
  TRY(make_listening(family, &listener));
  TRY(local_address_of(listener, &address));
  TRY(make_socket(family, &client.socket));
  step("get two networks");
  network_own_network_t first = instance_instance_network();
  network_own_network_t second = instance_instance_network();
  step("bind");
  result bind = start_with(first, client.socket, loopback(family, 0), false);
  if (bind == OK) bind = socket_finish(client.socket, socket_finish_bind);
  step("connect");
  result connect = start_with(second, client.socket, address, true);
  if (connect == OK) connect = socket_finish_with_streams(client.socket, &client.streams);
  // A client that is not there would be waited for.
  if (connect == OK) connect = socket_accept_one(listener, &accepted);
  return json_object("bind", seen(bind), "connect", seen(connect));
}

#define CASES(topic, X)                 \
  X(topic, address_family)              \
  X(topic, address_family_among_others) \
  X(topic, is_listening)                \
  X(topic, is_listening_among_others)   \
  X(topic, two_networks)

TOPIC(states, CASES);
