/** The way from `bound` to `listening`, and a socket that listens. */
#include "address.h"
#include "clock.h"
#include "report.h"
#include "setup.h"

static json is_listening(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_bound(family, &socket));
  step("listen");
  json before = json_bool(socket_is_listening(socket));
  json start = seen(socket_start_listen(socket));
  json finish = seen(socket_finish(socket, socket_finish_listen));
  json after = json_bool(socket_is_listening(socket));
  return json_object("before", before, "start-listen", start, "finish-listen", finish, "after",
                     after);
}

static json is_listening_before_finish(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_bound(family, &socket));
  step("start-listen");
  AT("start-listen", socket_start_listen(socket));
  return json_bool(socket_is_listening(socket));
}

static json local_address(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  ip_address address;
  TRY(make_bound(family, &socket));
  TRY(local_address_of(socket, &address));
  AT("listen", socket_listen(socket));
  return json_object("kept", seen_local_is(socket, address));
}

/** A listener on which a call is made that is wrong in this state. */
typedef struct scene {
  tcp_socket socket;
  tcp_socket client;
  ip_address address;
} scene;

static void drop_scene(scene *scene) {
  drop_tcp_socket(&scene->client);
  drop_tcp_socket(&scene->socket);
}

static bool make_scene(ip_family family, scene *made) {
  TRY(make_listening(family, &made->socket));
  TRY(local_address_of(made->socket, &made->address));
  TRY(make_socket(family, &made->client));
  step("wrong-state call");
  return true;
}

/** Uses the socket as if the call had not happened. */
static json goes_on(const scene *scene, result answer) {
  step("go on");
  json kept = seen_local_is(scene->socket, scene->address);
  json listening = json_bool(socket_is_listening(scene->socket));
  json accepts = seen(serve(scene->socket, scene->client));
  return json_object("answer", seen(answer), "listening", listening, "address-kept", kept,
                     "accepts", accepts);
}

static json stays_listening(ip_family family, result (*call)(tcp_socket)) {
  OWNED(scene) scene = {0};
  TRY(make_scene(family, &scene));
  return goes_on(&scene, call(scene.socket));
}

static json start_listen_again(ip_family family) {
  return stays_listening(family, socket_start_listen);
}

static json start_bind(ip_family family) {
  OWNED(scene) scene = {0};
  TRY(make_scene(family, &scene));
  return goes_on(&scene, socket_start_bind(scene.socket, loopback(family, 0)));
}

/** The address is that of a listener, so only the state is in the way. */
static json start_connect(ip_family family) {
  OWNED(tcp_socket) peer = {0};
  OWNED(scene) scene = {0};
  ip_address address;
  TRY(make_listening(family, &peer));
  TRY(local_address_of(peer, &address));
  TRY(make_scene(family, &scene));
  return goes_on(&scene, socket_start_connect(scene.socket, address));
}

static json finish_listen_again(ip_family family) {
  return stays_listening(family, socket_finish_listen);
}

static json finish_bind(ip_family family) { return stays_listening(family, socket_finish_bind); }

static json finish_connect(ip_family family) { return stays_listening(family, try_finish_connect); }

static json remote_address(ip_family family) { return stays_listening(family, try_remote_address); }

static json shutdown_receive(ip_family family) {
  return stays_listening(family, try_shutdown_receive);
}

static json shutdown_send(ip_family family) { return stays_listening(family, try_shutdown_send); }

static json shutdown_both(ip_family family) { return stays_listening(family, try_shutdown_both); }

static json accept_empty(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_listening(family, &socket));
  step("accept");
  return seen(try_accept(socket));
}

static json pollable_waits_for_client(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  OWNED(tcp_socket) client = {0};
  OWNED(streams) made = {0};
  OWNED(connection) accepted = {0};
  ip_address address;
  TRY(make_listening(family, &socket));
  TRY(make_socket(family, &client));
  TRY(local_address_of(socket, &address));
  step("wait for nobody");
  OWNED(pollable) pollable = socket_subscribe(socket);
  bool before = ready_within_moment(pollable);
  step("connect");
  AT("connect", socket_connect(client, address, &made));
  step("wait for the client");
  bool after = gets_ready(pollable);
  drop_pollable(&pollable);
  return json_object("before", json_bool(before), "after", json_bool(after), "accept",
                     seen(socket_accept_one(socket, &accepted)));
}

static json pollable_waits_again(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  OWNED(tcp_socket) client = {0};
  OWNED(streams) made = {0};
  OWNED(connection) accepted = {0};
  TRY(make_listening(family, &socket));
  TRY(make_socket(family, &client));
  step("connect and accept");
  AT("connect and accept", connect_and_accept(socket, client, &made, &accepted));
  step("wait for nobody");
  OWNED(pollable) pollable = socket_subscribe(socket);
  bool is_ready = ready_within_moment(pollable);
  drop_pollable(&pollable);
  return json_object("ready", json_bool(is_ready), "accept", seen(try_accept(socket)));
}

#define CASES(topic, X)                \
  X(topic, is_listening)               \
  X(topic, is_listening_before_finish) \
  X(topic, local_address)              \
  X(topic, start_listen_again)         \
  X(topic, start_bind)                 \
  X(topic, start_connect)              \
  X(topic, finish_listen_again)        \
  X(topic, finish_bind)                \
  X(topic, finish_connect)             \
  X(topic, remote_address)             \
  X(topic, shutdown_receive)           \
  X(topic, shutdown_send)              \
  X(topic, shutdown_both)              \
  X(topic, accept_empty)               \
  X(topic, pollable_waits_for_client)  \
  X(topic, pollable_waits_again)

TOPIC(listen, CASES);
