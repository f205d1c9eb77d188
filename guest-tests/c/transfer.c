#include "transfer.h"

#include "clock.h"
#include "report.h"

/** It is no power of two, so that pieces do not coincide with the buffers on the way. */
enum { PIECE = 8191 };

/** The most transfers that run at the same time. */
enum { MOST_TRANSFERS = 4 };

transfer transfer_of(const connection *from, const connection *to, size_t length) {
  return (transfer){.output = streams_borrow_output_stream(from->streams.output),
                    .input = streams_borrow_input_stream(to->streams.input),
                    .piece = PIECE,
                    .length = length};
}

/** The byte at a position; transfers of different lengths differ in their bytes. */
static uint8_t byte_at(const transfer *transfer, size_t position) {
  return (uint8_t)((uint32_t)(position + transfer->length) * 0x9e3779b1u >> 24);
}

/** Writes as much as the stream permits, and counts it as moved; NULL, or what went wrong. */
static const char *write_some(transfer *transfer, bool *moved) {
  streams_stream_error_t error;
  uint64_t permitted;
  if (!streams_method_output_stream_check_write(transfer->output, &permitted, &error)) {
    streams_stream_error_free(&error);
    return "writing failed";
  }
  size_t size = transfer->length - transfer->sent;
  if (size > transfer->piece) size = transfer->piece;
  if (size > permitted) size = (size_t)permitted;
  if (size == 0) return NULL;
  uint8_t bytes[PIECE];
  for (size_t i = 0; i < size; i++) bytes[i] = byte_at(transfer, transfer->sent + i);
  bindings_list_u8_t piece = {.ptr = bytes, .len = size};
  if (!streams_method_output_stream_write(transfer->output, &piece, &error)) {
    streams_stream_error_free(&error);
    return "writing failed";
  }
  transfer->sent += size;
  *moved = true;
  if (!transfer->is_unflushed && transfer->sent == transfer->length &&
      !streams_method_output_stream_flush(transfer->output, &error)) {
    streams_stream_error_free(&error);
    return "writing failed";
  }
  return NULL;
}

/** Compares bytes that have arrived with those that were sent. */
static const char *check(transfer *transfer, const bindings_list_u8_t *bytes) {
  if (bytes->len > transfer->largest_read) transfer->largest_read = bytes->len;
  for (size_t i = 0; i < bytes->len; i++) {
    if (transfer->received == transfer->length ||
        bytes->ptr[i] != byte_at(transfer, transfer->received)) {
      return "other bytes";
    }
    transfer->received++;
  }
  return NULL;
}

/** Reads what has arrived, and counts it as moved; NULL, or what went wrong. */
static const char *read_some(transfer *transfer, bool *moved) {
  bindings_list_u8_t bytes;
  streams_stream_error_t error;
  if (!streams_method_input_stream_read(transfer->input, transfer->piece, &bytes, &error)) {
    bool is_end = error.tag == STREAMS_STREAM_ERROR_CLOSED;
    streams_stream_error_free(&error);
    return is_end ? "cut short" : "reading failed";
  }
  const char *wrong = check(transfer, &bytes);
  *moved |= bytes.len > 0;
  bindings_list_u8_free(&bytes);
  return wrong;
}

static const char *move_some(transfer *transfer, bool *moved) {
  const char *wrong = NULL;
  if (transfer->sent < transfer->length) wrong = write_some(transfer, moved);
  if (wrong == NULL && transfer->received < transfer->length) wrong = read_some(transfer, moved);
  return wrong;
}

/** Waits until one of the transfers can go on; returns whether one can. */
static bool wait(const transfer *transfers, size_t count) {
  if (count > MOST_TRANSFERS) panic("too many transfers");
  pollable pollables[2 * MOST_TRANSFERS];
  size_t made = 0;
  for (const transfer *each = transfers; each < transfers + count; each++) {
    if (each->received < each->length) {
      pollables[made++] = streams_method_input_stream_subscribe(each->input);
    }
    if (each->sent < each->length) {
      pollables[made++] = streams_method_output_stream_subscribe(each->output);
    }
  }
  bool is_ready = one_gets_ready(pollables, made);
  for (size_t i = 0; i < made; i++) drop_pollable(&pollables[i]);
  return is_ready;
}

static bool is_writable_soon(const transfer *transfer) {
  OWNED(pollable) pollable = streams_method_output_stream_subscribe(transfer->output);
  return ready_within_moment(pollable);
}

const char *transfer_send(transfer *transfer) {
  attempts attempts = attempts_start();
  while (transfer->sent < transfer->length) {
    bool moved = false;
    const char *wrong = write_some(transfer, &moved);
    if (wrong == NULL && !moved && !is_writable_soon(transfer)) wrong = read_some(transfer, &moved);
    if (wrong != NULL) return wrong;
    if (moved) {
      attempts = attempts_start();
    } else if (!attempts_go_on(&attempts) || !wait(transfer, 1)) {
      return "stalled";
    }
  }
  return NULL;
}

const char *transfer_run(transfer transfer) { return transfer_run_all(&transfer, 1); }

const char *transfer_receive(transfer *transfer) { return transfer_run_all(transfer, 1); }

static bool all_received(const transfer *transfers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (transfers[i].received < transfers[i].length) return false;
  }
  return true;
}

const char *transfer_run_all(transfer *transfers, size_t count) {
  attempts attempts = attempts_start();
  for (;;) {
    bool moved = false;
    for (size_t i = 0; i < count; i++) {
      const char *wrong = move_some(&transfers[i], &moved);
      if (wrong != NULL) return wrong;
    }
    if (all_received(transfers, count)) return "whole";
    if (moved) {
      attempts = attempts_start();
    } else if (!attempts_go_on(&attempts) || !wait(transfers, count)) {
      return "stalled";
    }
  }
}

json seen_end_of(const connection *connection) {
  streams_borrow_input_stream_t input = streams_borrow_input_stream(connection->streams.input);
  attempts attempts = attempts_start();
  for (;;) {
    bindings_list_u8_t bytes;
    streams_stream_error_t error;
    if (!streams_method_input_stream_read(input, 1, &bytes, &error)) {
      return seen_stream_error(&error);
    }
    bool is_empty = bytes.len == 0;
    bindings_list_u8_free(&bytes);
    if (!is_empty) return json_text("bytes");
    OWNED(pollable) pollable = {0};
    if (!attempts_go_on(&attempts)) return json_text("stalled");
    pollable = streams_method_input_stream_subscribe(input);
    if (!gets_ready(pollable)) return json_text("stalled");
  }
}

json seen_state_of(const connection *connection) {
  streams_borrow_output_stream_t output = streams_borrow_output_stream(connection->streams.output);
  attempts attempts = attempts_start();
  for (;;) {
    uint64_t permitted;
    streams_stream_error_t error;
    if (!streams_method_output_stream_check_write(output, &permitted, &error)) {
      return seen_stream_error(&error);
    }
    if (permitted > 0) return json_text("open");
    OWNED(pollable) pollable = {0};
    if (!attempts_go_on(&attempts)) return json_text("stalled");
    pollable = streams_method_output_stream_subscribe(output);
    if (!gets_ready(pollable)) return json_text("stalled");
  }
}

bool input_gets_ready(const connection *connection) {
  OWNED(pollable) pollable = streams_method_input_stream_subscribe(
      streams_borrow_input_stream(connection->streams.input));
  return gets_ready(pollable);
}
