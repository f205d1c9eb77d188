//! The threads that serve the clients of a listener outside the guest.

use super::clients::Serve;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long it may take to reach the own listener, when it is over.
const PATIENCE: Duration = Duration::from_mins(1);

/// More clients than any case has at a time: a guest that makes them without end is left
/// waiting.
const MOST: usize = if cfg!(test) { 16 } else { 1024 };

/// The clients of a thread need a piece of what they send, and no more.
const STACK: usize = 128 << 10;

/// What accepts clients, and serves each in a thread of its own.
pub(super) struct Server {
    // Kept where its thread has given up, so that nobody else gets its port.
    _listener: Arc<TcpListener>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_over: bool,
    problem: Option<String>,
    clients: Vec<Client>,
}

/// A client that is served, by a thread that ends with its connection.
struct Client {
    stream: Weak<TcpStream>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Starts to serve the clients of a listener.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub(super) fn start(listener: TcpListener, serve: Serve) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let listener = Arc::new(listener);
        let state = Arc::new(Mutex::new(State::default()));
        let (accepts, shared) = (Arc::clone(&listener), Arc::clone(&state));
        let accept = move || {
            if let Err(error) = accept_all(&accepts, serve, &shared) {
                locked(&shared).problem = Some(format!(
                    "the listener of the runner failed to serve a client: {error}"
                ));
            }
        };
        Ok(Self {
            _listener: listener,
            address,
            thread: Some(thread::Builder::new().stack_size(STACK).spawn(accept)?),
            state,
        })
    }

    /// Tells if it serves nobody any more.
    pub(super) fn check(&self) -> Result<(), String> {
        locked(&self.state).problem.clone().map_or(Ok(()), Err)
    }
}

fn accept_all(listener: &TcpListener, serve: Serve, state: &Mutex<State>) -> io::Result<()> {
    loop {
        let client = match listener.accept() {
            Ok((client, _)) => Arc::new(client),
            // It left before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        };
        let mut state = locked(state);
        if state.is_over {
            return Ok(());
        }
        state.clients.retain(|client| !client.thread.is_finished());
        if state.clients.len() == MOST {
            return Err(io::Error::other("there are too many"));
        }
        let stream = Arc::downgrade(&client);
        let serve = move || {
            // Whatever comes of it, the connection ends.
            let _ = serve(&client);
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn(serve)?;
        state.clients.push(Client { stream, thread });
    }
}

/// A lock is held for a moment, in which nothing panics.
fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Server {
    /// Ends every connection, so that no thread is left that waits for a client.
    fn drop(&mut self) {
        locked(&self.state).is_over = true;
        // It waits for a client. Should this one not reach it, its thread waits on.
        let reached = TcpStream::connect_timeout(&self.address, PATIENCE);
        if let (Ok(_), Some(thread)) = (reached, self.thread.take()) {
            let _ = thread.join();
        }
        let clients = std::mem::take(&mut locked(&self.state).clients);
        for stream in clients.iter().filter_map(|client| client.stream.upgrade()) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for client in clients {
            let _ = client.thread.join();
        }
    }
}
