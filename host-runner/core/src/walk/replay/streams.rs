//! What the streams of a connection may do: whole, in order, and then the end.

use super::super::{Answer, Method, Part, RuleName, SocketId};
use super::Replay;
use super::world::{Broken, SURE_BYTES, Socket, Streams};

/// What a peer has sent that was not read, and whether it has ended its output.
#[derive(Clone, Copy)]
struct Incoming {
    bytes: u64,
    has_ended: bool,
    /// Whether all of that is known, and the connection is in order.
    is_sure: bool,
}

impl Replay<'_> {
    fn incoming(&self, id: SocketId) -> Incoming {
        let unknown = Incoming {
            bytes: u64::MAX,
            has_ended: true,
            is_sure: false,
        };
        let Some(own) = self.world.sockets.get(&id) else {
            return unknown;
        };
        let peer = own.peer.and_then(|peer| self.world.sockets.get(&peer));
        let Some(peer) = peer else {
            // A client that was not accepted yet: nobody has written to it.
            let waits = own.accepted_by.is_none() && !own.streams.rough && self.waits(id);
            return Incoming {
                bytes: if waits { 0 } else { u64::MAX },
                has_ended: !waits,
                is_sure: waits,
            };
        };
        let is_uncertain = peer.streams.sent_uncertain || own.streams.received_uncertain;
        if is_uncertain {
            return unknown;
        }
        Incoming {
            bytes: peer.streams.sent.saturating_sub(own.streams.received),
            has_ended: peer.streams.out_shut || peer.dropped || own.streams.rough,
            is_sure: !own.streams.rough && !peer.streams.rough,
        }
    }

    /// Whether a client waits at a listener that has accepted none of its clients
    /// without saying which.
    fn waits(&self, id: SocketId) -> bool {
        self.world.sockets.values().any(|listener| {
            !listener.dropped
                && listener.unresolved == 0
                && listener.clients.iter().any(|client| client.socket == id)
        })
    }

    fn streams(&mut self, id: SocketId) -> Option<&mut Streams> {
        self.world.sockets.get_mut(&id).map(|own| &mut own.streams)
    }

    pub(super) fn read(
        &mut self,
        id: SocketId,
        most: u64,
        wait: bool,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let incoming = self.incoming(id);
        let state = self.world.sockets.get(&id).map(|own| &own.streams);
        let Some(Streams {
            in_shut,
            end_seen,
            failed,
            told_in,
            ..
        }) = state.cloned()
        else {
            return Ok(());
        };
        let over = match (failed, in_shut, end_seen) {
            (true, _, _) => Some(RuleName::InputFailed),
            (_, true, _) => Some(RuleName::InputShut),
            (_, _, true) => Some(RuleName::InputEnds),
            _ => None,
        };
        let is_over = over.is_some();
        match answer {
            Answer::Read { bytes, right, end } => {
                let (bytes, end) = (*bytes, *end);
                if let Some(rule) = over {
                    if bytes == 0 && (end || most == 0) {
                        return Ok(());
                    }
                    return Err(Broken::new(rule, "no byte, and the end"));
                }
                if bytes > most || bytes > incoming.bytes || (bytes > 0 && !right) {
                    let allowed = if incoming.bytes < most {
                        format!("the next {} bytes of the peer", incoming.bytes)
                    } else {
                        format!("the next bytes of the peer, at most {most}")
                    };
                    return Err(Broken::new(RuleName::BytesInOrder, allowed));
                }
                if end && !incoming.has_ended {
                    return Err(Broken::new(RuleName::NoEarlyEnd, "no end yet"));
                }
                if told_in && most > 0 && bytes == 0 && !end {
                    let allowed = "a byte, or the end, since the stream was ready";
                    return Err(Broken::new(RuleName::PollableOfInput, allowed));
                }
                let is_cut = end && bytes < incoming.bytes;
                if incoming.is_sure && is_cut {
                    let allowed = format!("all {} bytes before the end", incoming.bytes);
                    return Err(Broken::new(RuleName::BytesKept, allowed));
                }
                let expected = most.min(incoming.bytes);
                if wait && incoming.is_sure && bytes != expected {
                    let allowed = format!("{expected} bytes");
                    return Err(Broken::new(RuleName::BytesInOrder, allowed));
                }
                let is_short = bytes < most && !end;
                if wait && is_short {
                    let allowed = "all bytes that were asked for, or the end";
                    return Err(Broken::new(RuleName::InputEnds, allowed));
                }
                if end {
                    self.replayed.coverage.stream("end");
                }
                if let Some(streams) = self.streams(id) {
                    streams.received = streams.received.saturating_add(bytes);
                    streams.end_seen |= end;
                    streams.told_in = false;
                }
                Ok(())
            }
            Answer::Error(code) if code == "failed" && !is_over && !incoming.is_sure => {
                if let Some(streams) = self.streams(id) {
                    streams.failed = true;
                    streams.received_uncertain = true;
                }
                Ok(())
            }
            Answer::Never if wait && !is_over => {
                let is_there = incoming.bytes >= most || incoming.has_ended;
                if incoming.is_sure && is_there {
                    let allowed = "the bytes that the peer wrote, or the end";
                    let rule = if incoming.bytes >= most {
                        RuleName::BytesInOrder
                    } else {
                        RuleName::InputEnds
                    };
                    return Err(Broken::new(rule, allowed));
                }
                if let Some(streams) = self.streams(id) {
                    streams.received_uncertain = true;
                    streams.told_in = false;
                }
                Ok(())
            }
            _ => {
                let rule = over.unwrap_or(RuleName::BytesInOrder);
                Err(Broken::new(rule, "bytes, or the end"))
            }
        }
    }

    pub(super) fn write(
        &mut self,
        id: SocketId,
        most: u64,
        wait: bool,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let has_room = self.has_room(id, most);
        let Some(streams) = self.streams(id) else {
            return Ok(());
        };
        streams.filled = false;
        let told_out = std::mem::take(&mut streams.told_out);
        if told_out && most > 0 && *answer == Answer::Number(0) {
            let allowed = "at least 1, since the stream was ready";
            return Err(Broken::new(RuleName::PollableOfOutput, allowed));
        }
        if streams.out_shut {
            return match answer {
                Answer::Error(code) if code == "closed" => Ok(()),
                _ => Err(Broken::new(RuleName::OutputShut, "error:closed")),
            };
        }
        match answer {
            Answer::Number(bytes) if *bytes == most || (!wait && *bytes < most) => {
                streams.sent = streams.sent.saturating_add(*bytes);
                Ok(())
            }
            Answer::Error(code) if streams.rough && matches!(&**code, "closed" | "failed") => {
                streams.sent_uncertain = true;
                Ok(())
            }
            Answer::Never if wait && (streams.rough || !has_room) => {
                streams.sent_uncertain = true;
                Ok(())
            }
            _ => {
                let most = if wait { "" } else { "at most " }.to_owned() + &most.to_string();
                let rule = match answer {
                    Answer::Never => RuleName::OutputGoesOn,
                    _ => RuleName::OutputTakes,
                };
                Err(Broken::new(rule, most))
            }
        }
    }

    /// How much fills a buffer is up to the host; nothing does if it takes what comes.
    pub(super) fn fill(&mut self, id: SocketId, answer: &Answer) -> Result<(), Broken> {
        let done = self.write(id, u64::MAX, false, answer);
        if let Some(streams) = self.streams(id) {
            streams.filled = true;
            // It asked until it got nothing.
            streams.told_out = false;
        }
        done
    }

    /// What the other end has written is there, all of it, if that is known.
    pub(super) fn drain(&mut self, id: SocketId, answer: &Answer) -> Result<(), Broken> {
        let incoming = self.incoming(id);
        if incoming.is_sure {
            return self.read(id, incoming.bytes, true, answer);
        }
        if *answer == Answer::Never {
            if let Some(streams) = self.streams(id) {
                streams.received_uncertain = true;
            }
            return Ok(());
        }
        self.read(id, u64::MAX, false, answer)
    }

    pub(super) fn cover_stream(&mut self, id: SocketId, method: Method) {
        let Some(own) = self.world.sockets.get(&id) else {
            return;
        };
        let is_early = own.accepted_by.is_none() && own.peer.is_none();
        let name = match method {
            Method::Write { .. } if is_early => "write before accept",
            Method::Write { .. } => "write",
            Method::Read { .. } => "read",
            Method::Flush => "flush",
            Method::Fill => "fill",
            Method::Drain => "drain",
            Method::DropIn => "in.drop",
            Method::DropOut => "out.drop",
            _ => return,
        };
        self.replayed.coverage.stream(name);
    }

    /// Whether so many bytes are sure to find room.
    fn has_room(&self, id: SocketId, bytes: u64) -> bool {
        let Some(own) = self.world.sockets.get(&id) else {
            return false;
        };
        let peer = own.peer.and_then(|peer| self.world.sockets.get(&peer));
        let read = peer.map_or(0, |peer| peer.streams.received);
        let is_small = own.small_buffers
            || peer.map_or_else(
                || self.world.sockets.values().any(|it| it.small_buffers),
                |peer| peer.small_buffers,
            );
        // One byte finds room where nothing is.
        let most = if is_small { 1 } else { SURE_BYTES };
        own.streams.sent.saturating_sub(read).saturating_add(bytes) <= most
            && !own.streams.sent_uncertain
    }

    pub(super) fn flush(&mut self, id: SocketId, answer: &Answer) -> Result<(), Broken> {
        let has_room = self.has_room(id, 0);
        let Some(streams) = self.streams(id) else {
            return Ok(());
        };
        streams.told_out = false;
        let may_fail = streams.rough || streams.out_shut;
        match answer {
            Answer::Ok => Ok(()),
            Answer::Error(code) if may_fail && matches!(&**code, "closed" | "failed") => Ok(()),
            Answer::Never if streams.rough || !has_room => Ok(()),
            Answer::Never => Err(Broken::new(RuleName::OutputGoesOn, "ok")),
            _ if streams.out_shut => Err(Broken::new(RuleName::OutputShut, "error:closed")),
            _ => Err(Broken::new(RuleName::OutputTakes, "ok")),
        }
    }

    pub(super) fn drop_stream(
        &mut self,
        id: SocketId,
        method: Method,
        answer: &Answer,
    ) -> Result<(), Broken> {
        super::is_ok(answer, RuleName::There)?;
        let part = if method == Method::DropIn {
            Part::In
        } else {
            Part::Out
        };
        if let Some(streams) = self.streams(id) {
            match part {
                Part::In => streams.has_in = false,
                _ => streams.has_out = false,
            }
            // What a drop means for the connection is not said.
            streams.rough = true;
            streams.torn = true;
        }
        self.may_refuse(id);
        self.spread(id, true);
        let pollables = &mut self.world.pollables;
        pollables.retain(|_, it| it.socket != id || it.part != part);
        Ok(())
    }

    pub(super) fn input_ready(&mut self, id: SocketId, ready: bool) -> Result<(), Broken> {
        let incoming = self.incoming(id);
        let Some(streams) = self.streams(id) else {
            return Ok(());
        };
        let is_over = streams.in_shut || streams.end_seen || streams.failed;
        if ready && !is_over && incoming.bytes == 0 && !incoming.has_ended {
            let allowed = "not ready, since nothing was sent";
            return Err(Broken::new(RuleName::PollableOfInput, allowed));
        }
        if !ready && (is_over || streams.told_in) {
            let allowed = "ready, as before";
            return Err(Broken::new(RuleName::PollableOfInput, allowed));
        }
        streams.told_in |= ready;
        Ok(())
    }

    pub(super) fn input_gets_ready(&self, id: SocketId) -> bool {
        let incoming = self.incoming(id);
        let is_over = |own: &Socket| {
            own.streams.in_shut || own.streams.end_seen || own.streams.failed || own.streams.told_in
        };
        let is_over = self.world.sockets.get(&id).is_some_and(is_over);
        is_over || (incoming.is_sure && (incoming.bytes > 0 || incoming.has_ended))
    }

    pub(super) fn output_gets_ready(&self, id: SocketId) -> bool {
        let own = self.world.sockets.get(&id);
        own.is_some_and(|own| own.streams.out_shut || (!own.streams.rough && self.has_room(id, 1)))
    }
}
