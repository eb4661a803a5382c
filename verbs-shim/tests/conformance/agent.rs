//! The agent: on another host, becomes a peer process for each connection.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::context::spawn_peer;
use crate::link::Link;
use crate::protocol::Request;

/// Serves until a suite says that it has ended.
pub(crate) fn serve(address: &str) -> Result<(), Failed> {
    let listener = TcpListener::bind(address).map_err(|e| format!("{address}: {e}"))?;
    println!("conformance agent on {address}");
    loop {
        let (stream, from) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut link = Link::Tcp(stream.try_clone()?);
        // A connection that says nothing must not hold up the others.
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        match link.receive() {
            Ok(Request::Finish) => return Ok(()),
            Ok(Request::BecomePeer { provider }) => {
                stream.set_read_timeout(None)?;
                let mut child = spawn_peer(provider.parse()?, false, stream.into())?;
                thread::spawn(move || child.wait());
            }
            Ok(other) => eprintln!("{from} asks the agent for {other:?}"),
            // Somebody who only asked whether the agent is there.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
            Err(error) => eprintln!("{from}: {error}"),
        }
    }
}

/// Waits until the agent answers; its host may still be starting.
pub(crate) fn await_agent(address: &str, limit: Duration) -> Result<(), Failed> {
    let until = Instant::now() + limit;
    loop {
        match TcpStream::connect(address) {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > until => {
                return Err(format!("no agent answers at {address}: {error}").into());
            }
            Err(_) => thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// Tells the agent that the suite has ended.
pub(crate) fn finish(address: &str) -> Result<(), Failed> {
    let mut link = Link::Tcp(TcpStream::connect(address)?);
    Ok(link.send(Request::Finish)?)
}
