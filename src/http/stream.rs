//! Bytes from a thread that may block to a client that may be slow. What ends without saying so is an abort: the client
//! sees a connection that breaks off, never a seemingly complete file.

use crate::error::{Error, Result};
use bytes::Bytes;
use std::{
    io::{self, Write},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    thread::Thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

/// Bytes of a piece, about.
const PIECE: usize = 32 << 10;
/// Pieces that may wait for the client.
const WAITING: usize = 4;
/// How long a client may take nothing.
const STALL: Duration = Duration::from_secs(30);

pub(super) enum Piece {
    Bytes(Bytes),
    End,
    Failed(Box<Error>),
}

/// The end that is written to.
pub(super) struct Pipe {
    sender: Sender<Piece>,
    writer: Arc<OnceLock<Thread>>,
    held: Vec<u8>,
    stall: Duration,
}

/// The end that the client reads.
pub(super) struct Outlet {
    receiver: Receiver<Piece>,
    writer: Arc<OnceLock<Thread>>,
    first: Option<Bytes>,
    ended: bool,
}

pub(super) fn pipe() -> (Pipe, Outlet) {
    let (sender, receiver) = channel(WAITING);
    let writer: Arc<OnceLock<Thread>> = Arc::default();
    (Pipe { sender, writer: writer.clone(), held: Vec::with_capacity(PIECE), stall: STALL }, Outlet { receiver, writer, first: None, ended: false })
}

impl Pipe {
    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
    /// Hands over a piece; waits while the client is slow, and gives up once it has stopped.
    fn send(&mut self, mut piece: Piece) -> io::Result<()> {
        self.writer.get_or_init(std::thread::current);
        let given_up = Instant::now() + self.stall;
        loop {
            piece = match self.sender.try_send(piece) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Closed(_)) => return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone")),
                Err(TrySendError::Full(piece)) => piece,
            };
            let left = given_up.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the client has stopped reading"));
            }
            // The outlet unparks us when it has taken a piece or closes.
            std::thread::park_timeout(left);
        }
    }
    /// Says that all has been written.
    pub fn end(mut self) -> io::Result<()> {
        self.flush()?;
        self.send(Piece::End)
    }
    /// Says why there is nothing; only before the first piece does anybody listen.
    pub fn fail(mut self, error: Error) -> io::Result<()> {
        self.send(Piece::Failed(Box::new(error)))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let held = std::mem::replace(&mut self.held, Vec::with_capacity(PIECE));
        self.send(Piece::Bytes(held.into()))
    }
}

impl Outlet {
    /// Waits for the first bytes, so that what goes wrong before them is still a proper answer.
    pub async fn begin(&mut self, patience: Duration) -> Result<()> {
        let Ok(first) = tokio::time::timeout(patience, self.receiver.recv()).await else { return Ok(()) };
        self.wake();
        match first {
            Some(Piece::Bytes(bytes)) => self.first = Some(bytes),
            Some(Piece::End) => self.ended = true,
            Some(Piece::Failed(error)) => return Err(*error),
            None => return Err(Error::internal("an export ended without a word")),
        }
        Ok(())
    }
    fn wake(&self) {
        if let Some(thread) = self.writer.get() {
            thread.unpark();
        }
    }
}

impl futures_util::Stream for Outlet {
    type Item = io::Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(piece) = self.receiver.poll_recv(context) else { return Poll::Pending };
        self.wake();
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            Some(Piece::Failed(_)) | None => {
                self.ended = true;
                Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the export broke off")))
            }
        })
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.receiver.close();
        self.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;

    /// What the client gets of a stream that its thread writes.
    fn read(write: impl FnOnce(Pipe) -> io::Result<()> + Send + 'static, late: bool) -> (Vec<io::Result<Bytes>>, io::Result<()>) {
        let (mut pipe, mut outlet) = pipe();
        pipe.stall = Duration::from_millis(50);
        let thread = std::thread::spawn(move || write(pipe));
        if late {
            // The writer has given up by then.
            while !thread.is_finished() {
                std::thread::yield_now();
            }
        }
        let got = actix_web::rt::System::new().block_on(async move {
            let mut all = Vec::new();
            while let Some(piece) = outlet.next().await {
                all.push(piece);
            }
            all
        });
        (got, thread.join().unwrap_or_else(|_| Err(io::Error::other("it panicked"))))
    }

    fn megabyte(mut pipe: Pipe) -> io::Result<()> {
        for _ in 0..1024 {
            pipe.write_all(&[7; 1024])?;
        }
        pipe.end()
    }

    #[test]
    fn a_client_that_reads_gets_all_of_it() {
        let (got, written) = read(megabyte, false);
        assert!(written.is_ok());
        assert_eq!(got.iter().map(|piece| piece.as_ref().map_or(0, Bytes::len)).sum::<usize>(), 1 << 20);
    }

    #[test]
    fn a_client_that_stops_reading_gets_an_abort_and_no_end() {
        let (got, written) = read(megabyte, true);
        assert_eq!(written.map_err(|e| e.kind()), Err(io::ErrorKind::TimedOut));
        assert_eq!(got.len(), WAITING + 1);
        assert_eq!(got.last().and_then(|last| last.as_ref().err()).map(io::Error::kind), Some(io::ErrorKind::ConnectionAborted));
    }

    #[test]
    fn a_writer_that_dies_in_the_middle_is_an_abort() {
        let (got, _) = read(|mut pipe| pipe.write_all(&[7; PIECE]), false);
        assert!(got[0].is_ok() && got[1].is_err() && got.len() == 2);
    }

    #[test]
    fn a_client_that_leaves_stops_the_writer() {
        let (pipe, outlet) = pipe();
        drop(outlet);
        assert_eq!(megabyte(pipe).map_err(|e| e.kind()), Err(io::ErrorKind::BrokenPipe));
    }
}
