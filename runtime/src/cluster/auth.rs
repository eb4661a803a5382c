//! Who may speak: a versioned hello, a challenge, and proofs of the job secret in both directions.
//!
//! ```text
//!  node                                   coordinator
//!   │ hello: magic, version, nonce n ────────▶ │
//!   │ ◀──────── challenge: magic, version, nonce c
//!   │ HMAC(secret, "node" v n c identity), identity ──▶ │   checked before identity is decoded
//!   │ ◀── HMAC(secret, "coordinator" v n c verdict), verdict │  or one byte 0: wrong secret
//! ```
//!
//! Hello and challenge keep their layout in every version (magic, version and nonce; what follows is
//! ignored), so that two versions can name each other. Both nonces are fresh for each connection:
//! a recorded proof proves nothing on another one. Everything here is a pure function of its
//! arguments; deadlines and sizes are the caller's.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::ClusterError;
use super::job::Secret;
use super::message::{self, Admission, Identity, Verdict};

/// The version of the protocol; raised with every change of what is said.
pub(crate) const VERSION: u16 = 6;

const MAGIC: [u8; 4] = *b"PNGA";
/// Bytes of a nonce.
pub(crate) const NONCE: usize = 32;
/// Bytes of a proof.
const PROOF: usize = 32;
/// What a node is told that does not know the secret.
const WRONG_SECRET: [u8; 1] = [0];

/// A number used once.
pub(crate) type Nonce = [u8; NONCE];

/// The layout of hello and challenge.
fn opening(version: u16, nonce: &Nonce) -> Vec<u8> {
    [&MAGIC[..], &version.to_le_bytes(), nonce].concat()
}

fn parse_opening(bytes: &[u8]) -> Option<(u16, Nonce)> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let (version, rest) = rest.split_first_chunk()?;
    let (nonce, _) = rest.split_first_chunk()?;
    Some((u16::from_le_bytes(*version), *nonce))
}

/// Whose proof it is: one side's is never good as the other's.
#[derive(Clone, Copy)]
enum Side {
    Node,
    Coordinator,
}

/// What both sides have said before the proofs.
#[derive(Clone, Copy, Debug)]
struct Transcript {
    node: Nonce,
    coordinator: Nonce,
}

impl Transcript {
    fn mac(&self, secret: &Secret, side: Side, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&secret.0).expect("HMAC takes keys of any length");
        // Fixed lengths but for the last: no two transcripts give the same bytes.
        mac.update(match side {
            Side::Node => b"pangea node  ",
            Side::Coordinator => b"pangea coord ",
        });
        mac.update(&VERSION.to_le_bytes());
        mac.update(&self.node);
        mac.update(&self.coordinator);
        mac.update(body);
        mac
    }

    fn prove(&self, secret: &Secret, side: Side, body: &[u8]) -> Vec<u8> {
        let proof = self.mac(secret, side, body).finalize().into_bytes();
        [&proof[..], body].concat()
    }

    /// The body, if the proof before it is right. Takes the same time wherever they differ.
    fn check<'a>(&self, secret: &Secret, side: Side, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (proof, body) = bytes.split_at_checked(PROOF)?;
        self.mac(secret, side, body).verify_slice(proof).is_ok().then_some(body)
    }
}

/// The node's side.
pub(crate) struct NodeHandshake<'a> {
    secret: &'a Secret,
    nonce: Nonce,
}

/// The node's side after the challenge.
pub(crate) struct NodeProven<'a> {
    secret: &'a Secret,
    transcript: Transcript,
}

impl<'a> NodeHandshake<'a> {
    pub(crate) fn new(secret: &'a Secret, nonce: Nonce) -> NodeHandshake<'a> {
        NodeHandshake { secret, nonce }
    }

    pub(crate) fn hello(&self) -> Vec<u8> {
        opening(VERSION, &self.nonce)
    }

    /// Answers the challenge.
    pub(crate) fn prove(
        self,
        challenge: &[u8],
        identity: &Identity,
    ) -> Result<(NodeProven<'a>, Vec<u8>), ClusterError> {
        let (version, coordinator) = parse_opening(challenge).ok_or(ClusterError::Impostor)?;
        if version != VERSION {
            return Err(ClusterError::Version { node: VERSION, coordinator: version });
        }
        let transcript = Transcript { node: self.nonce, coordinator };
        let proof = transcript.prove(self.secret, Side::Node, &message::encode(identity));
        Ok((NodeProven { secret: self.secret, transcript }, proof))
    }
}

impl NodeProven<'_> {
    /// Reads the verdict.
    pub(crate) fn conclude(self, verdict: &[u8]) -> Result<Admission, ClusterError> {
        if verdict == WRONG_SECRET {
            return Err(ClusterError::WrongSecret);
        }
        let body = self
            .transcript
            .check(self.secret, Side::Coordinator, verdict)
            .ok_or(ClusterError::Impostor)?;
        let verdict: Verdict = message::decode(body).map_err(ClusterError::Protocol)?;
        verdict.map_err(ClusterError::from)
    }
}

/// Why the coordinator ends a handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("it does not speak the cluster protocol")]
    NoHello,
    #[error("it speaks version {0} of the cluster protocol, this is version {VERSION}")]
    Version(u16),
    #[error("it does not know the job secret")]
    WrongSecret,
    #[error("it introduces itself wrongly: {0}")]
    Identity(String),
}

/// The coordinator's side after the hello.
#[derive(Debug)]
pub(crate) struct Challenged {
    transcript: Transcript,
}

/// The coordinator's side after a proof that was right.
#[derive(Debug)]
pub(crate) struct Verified {
    transcript: Transcript,
}

/// Answers a hello. The challenge is to be sent in any case but [`AuthError::NoHello`]: it tells
/// another version which one this is.
pub(crate) fn challenge(
    hello: &[u8],
    nonce: Nonce,
) -> (Option<Vec<u8>>, Result<Challenged, AuthError>) {
    match parse_opening(hello) {
        None => (None, Err(AuthError::NoHello)),
        Some((VERSION, node)) => {
            let transcript = Transcript { node, coordinator: nonce };
            (Some(opening(VERSION, &nonce)), Ok(Challenged { transcript }))
        }
        Some((version, _)) => (Some(opening(VERSION, &nonce)), Err(AuthError::Version(version))),
    }
}

impl Challenged {
    /// Checks a proof.
    pub(crate) fn verify(
        self,
        secret: &Secret,
        proof: &[u8],
    ) -> Result<(Verified, Identity), AuthError> {
        let body =
            self.transcript.check(secret, Side::Node, proof).ok_or(AuthError::WrongSecret)?;
        let identity: Identity = message::decode(body).map_err(AuthError::Identity)?;
        if identity.host.len() > Identity::MAX_HOST {
            return Err(AuthError::Identity("its host has too long a name".to_owned()));
        }
        Ok((Verified { transcript: self.transcript }, identity))
    }
}

/// What a node without the secret is told.
pub(crate) fn wrong_secret() -> Vec<u8> {
    WRONG_SECRET.to_vec()
}

impl Verified {
    /// The coordinator's own proof, with the verdict.
    pub(crate) fn conclude(self, secret: &Secret, verdict: &Verdict) -> Vec<u8> {
        self.transcript.prove(secret, Side::Coordinator, &message::encode(verdict))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::error::Refusal;
    use super::super::{Epoch, Rank};
    use super::*;

    fn identity() -> Identity {
        Identity { rank: Some(Rank(1)), pid: 77, host: "here".to_owned() }
    }

    fn admission() -> Admission {
        Admission {
            rank: Rank(1),
            size: 2,
            epoch: Epoch(1),
            provider: "shm".to_owned(),
            arena_bytes: 4096,
            cache_bytes: 1 << 20,
            one_host: true,
        }
    }

    fn secret(byte: u8) -> Secret {
        Secret([byte; 32])
    }

    fn challenged(hello: &[u8], nonce: u8) -> (Vec<u8>, Challenged) {
        let (reply, next) = challenge(hello, [nonce; NONCE]);
        (reply.expect("a hello is answered"), next.expect("the version is ours"))
    }

    #[test]
    fn both_sides_are_convinced() {
        let ours = secret(1);
        for verdict in [Ok(admission()), Err(Refusal::JobFull { size: 2 })] {
            let node = NodeHandshake::new(&ours, [1; NONCE]);
            let (reply, coordinator) = challenged(&node.hello(), 2);
            let (node, proof) = node.prove(&reply, &identity()).expect("the challenge is good");
            let (coordinator, who) = coordinator.verify(&ours, &proof).expect("the proof is good");
            assert_eq!(who, identity());
            let last = coordinator.conclude(&ours, &verdict);
            assert_eq!(node.conclude(&last), verdict.map_err(ClusterError::Refused));
        }
    }

    #[test]
    fn everything_before_the_proof_fits_a_strangers_frame() {
        let ours = secret(1);
        let node = NodeHandshake::new(&ours, [1; NONCE]);
        let (reply, _) = challenged(&node.hello(), 2);
        let long = Identity { host: "h".repeat(Identity::MAX_HOST), ..identity() };
        let (_, proof) = node.prove(&reply, &long).expect("the challenge is good");
        assert!(proof.len() <= super::super::frame::LIMIT_STRANGER);
    }

    #[test]
    fn a_wrong_secret_is_refused_and_named() {
        let (ours, other) = (secret(1), secret(2));
        let node = NodeHandshake::new(&other, [1; NONCE]);
        let (reply, coordinator) = challenged(&node.hello(), 2);
        let (node, proof) = node.prove(&reply, &identity()).expect("the challenge is good");
        assert_eq!(
            coordinator.verify(&ours, &proof).expect_err("is wrong"),
            AuthError::WrongSecret
        );
        let error = node.conclude(&wrong_secret()).expect_err("is refused");
        assert!(error.to_string().contains("refused the job secret (PANGEA_SECRET)"), "{error}");
    }

    #[test]
    fn a_replayed_proof_proves_nothing() {
        let ours = secret(1);
        let node = NodeHandshake::new(&ours, [1; NONCE]);
        let hello = node.hello();
        let (reply, _) = challenged(&hello, 2);
        let (_, proof) = node.prove(&reply, &identity()).expect("the challenge is good");
        let (_, again) = challenged(&hello, 3);
        assert_eq!(again.verify(&ours, &proof).expect_err("is stale"), AuthError::WrongSecret);
    }

    #[test]
    fn a_reflected_proof_proves_nothing() {
        // An impostor who only sends back what it hears.
        let ours = secret(1);
        let node = NodeHandshake::new(&ours, [1; NONCE]);
        let hello = node.hello();
        let (node, proof) = node.prove(&hello, &identity()).expect("looks like a challenge");
        assert_eq!(node.conclude(&proof), Err(ClusterError::Impostor));
    }

    #[test]
    fn another_version_is_named_by_both() {
        let hello = opening(9, &[1; NONCE]);
        let (reply, next) = challenge(&hello, [2; NONCE]);
        assert_eq!(next.expect_err("is another version"), AuthError::Version(9));
        assert_eq!(
            parse_opening(&reply.expect("is answered")).map(|(version, _)| version),
            Some(VERSION)
        );

        let ours = secret(1);
        let node = NodeHandshake::new(&ours, [1; NONCE]);
        let mut newer = opening(9, &[1; NONCE]);
        newer.extend(b"and more");
        let error = node.prove(&newer, &identity()).err().expect("is another version");
        assert_eq!(error, ClusterError::Version { node: VERSION, coordinator: 9 });
        let text = error.to_string();
        assert!(text.contains("version 6 ") && text.contains("version 9:"), "{text}");
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let ours = secret(1);
        for bit in 0..(PROOF + 8) * 8 {
            let node = NodeHandshake::new(&ours, [1; NONCE]);
            let (reply, coordinator) = challenged(&node.hello(), 2);
            let (_, mut proof) = node.prove(&reply, &identity()).expect("the challenge is good");
            proof[bit / 8] ^= 1 << (bit % 8);
            let error = coordinator.verify(&ours, &proof).expect_err("was changed");
            assert_eq!(error, AuthError::WrongSecret);
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics_and_never_passes(
            bytes in proptest::collection::vec(any::<u8>(), 0..512)
        ) {
            let ours = secret(1);
            let (_, first) = challenge(&bytes, [3; NONCE]);
            prop_assert!(first.is_err() || bytes.starts_with(b"PNGA"));
            let transcript = Transcript { node: [1; NONCE], coordinator: [3; NONCE] };
            let coordinator = Challenged { transcript };
            prop_assert!(coordinator.verify(&ours, &bytes).is_err());
            let node = NodeProven { secret: &ours, transcript };
            prop_assert!(node.conclude(&bytes).is_err());
            let _ = NodeHandshake::new(&ours, [1; NONCE]).prove(&bytes, &identity());
        }
    }
}
