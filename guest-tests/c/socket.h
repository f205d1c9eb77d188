/** Handles that are dropped where their variable ends, and the calls of a socket. */
#ifndef SOCKET_H
#define SOCKET_H

#include <bindings.h>

typedef network_error_code_t error_code;
typedef network_ip_address_family_t ip_family;
typedef network_ip_socket_address_t ip_address;
typedef tcp_own_tcp_socket_t tcp_socket;
typedef poll_own_pollable_t pollable;
typedef streams_own_input_stream_t input_stream;
typedef streams_own_output_stream_t output_stream;

#define IPV4 NETWORK_IP_ADDRESS_FAMILY_IPV4
#define IPV6 NETWORK_IP_ADDRESS_FAMILY_IPV6

/** `OK`, or the code of an error. */
typedef int result;
enum { OK = -1 };

/** The stream from the peer, and the stream to it. */
typedef struct streams {
  input_stream input;
  output_stream output;
} streams;

/** A connected socket with its streams. */
typedef struct connection {
  streams streams;
  tcp_socket socket;
} connection;

/**
 * A variable that owns handles: they are dropped where its block ends, on every path.
 * Initialise it with `{0}`; 0 is no handle. Variables are dropped in the reverse order
 * of their declaration, so a socket is declared before its streams and pollables.
 */
#define OWNED(type) __attribute__((cleanup(drop_##type))) type

/** These drop what is there, and leave nothing. */
void drop_tcp_socket(tcp_socket *socket);
void drop_pollable(pollable *pollable);
void drop_streams(streams *streams);
/** Drops the streams before their socket. */
void drop_connection(connection *connection);

result create_tcp_socket(ip_family family, tcp_socket *created);

/** The operations, from their start to their end, however often one would block. */
result socket_bind(tcp_socket socket, ip_address address);
result socket_listen(tcp_socket socket);
result socket_connect(tcp_socket socket, ip_address address, streams *made);
/** Waits for a client and accepts it. */
result socket_accept_one(tcp_socket socket, connection *accepted);

/** Single calls. What they return belongs to the caller. */
result socket_start_bind(tcp_socket socket, ip_address address);
result socket_finish_bind(tcp_socket socket);
result socket_start_connect(tcp_socket socket, ip_address address);
result socket_finish_connect(tcp_socket socket, streams *made);
result socket_start_listen(tcp_socket socket);
result socket_finish_listen(tcp_socket socket);
result socket_accept(tcp_socket socket, connection *accepted);
result socket_local_address(tcp_socket socket, ip_address *address);
result socket_remote_address(tcp_socket socket, ip_address *address);
result socket_shutdown(tcp_socket socket, tcp_shutdown_type_t type);
bool socket_is_listening(tcp_socket socket);
ip_family socket_family(tcp_socket socket);
pollable socket_subscribe(tcp_socket socket);

/** The same calls where nobody uses what they return: it is dropped at once. */
result try_finish_connect(tcp_socket socket);
result try_accept(tcp_socket socket);
result try_local_address(tcp_socket socket);
result try_remote_address(tcp_socket socket);
result try_shutdown_receive(tcp_socket socket);
result try_shutdown_send(tcp_socket socket);
result try_shutdown_both(tcp_socket socket);

/** Calls `finish` until it returns something other than `would-block`. */
result socket_finish(tcp_socket socket, result (*finish)(tcp_socket));
/** The same for `finish-connect`, which returns streams. */
result socket_finish_with_streams(tcp_socket socket, streams *made);

/** Connects `client` to `listener` and accepts it; the code of the first call that fails. */
result connect_and_accept(tcp_socket listener, tcp_socket client, streams *made,
                          connection *accepted);
/** The same where nobody uses the connection. */
result serve(tcp_socket listener, tcp_socket client);

#endif
