/**
 * Bytes on their way from an output stream to an input stream.
 *
 * The position of a byte determines its value, so that the receiver notices a byte that
 * is lost, duplicated, changed or out of order.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "observe.h"

/** Bytes that are sent to one stream and received from another. It owns neither. */
typedef struct transfer {
  streams_borrow_output_stream_t output;
  streams_borrow_input_stream_t input;
  /** How many bytes to write or read at once. */
  size_t piece;
  size_t length;
  size_t sent;
  size_t received;
  /** Whether the last byte is not followed by a flush. */
  bool is_unflushed;
  /** The largest number of bytes that one read returned. */
  size_t largest_read;
} transfer;

/** A transfer of `length` bytes from one connection to another. */
transfer transfer_of(const connection *from, const connection *to, size_t length);
/** Sends and receives all bytes; returns `whole`, or what went wrong. */
const char *transfer_run(transfer transfer);
/** Sends all bytes, and receives only while the stream is full; NULL, or what went wrong. */
const char *transfer_send(transfer *transfer);
/** Receives the rest of what was sent; returns `whole`, or what went wrong. */
const char *transfer_receive(transfer *transfer);
/** Runs transfers at the same time; returns `whole`, or what went wrong. */
const char *transfer_run_all(transfer *transfers, size_t count);

/** What a stream gives where only its end is due: `"closed"`, `"failed"`, `"bytes"`, or
 * `"stalled"` when nothing comes. */
json seen_end_of(const connection *connection);
/** The state of an output stream: `"open"` when it takes bytes, `"closed"`, `"failed"`, or
 * `"stalled"` when it neither takes bytes nor ends. */
json seen_state_of(const connection *connection);
/** Waits until the input stream is ready; returns false if patience runs out. */
bool input_gets_ready(const connection *connection);

#endif
