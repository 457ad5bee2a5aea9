//! Roots and proofs against another implementation of RFC 6962, `ct-merkle`, both ways: what we
//! make holds there, what it makes holds here, and what one refuses the other refuses.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "common/kept.rs"]
mod kept;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use journal::tree::{
    Growing, Hashes, MAX_PROOF, TreeHash, check_consistency, check_inclusion, leaf,
};
use kept::Kept;
use sha2_of_ct_merkle::Sha256;
use tlog_tiles::tlog;

/// One tree, made twice.
#[derive(Default)]
struct Both {
    growing: Growing,
    ours: Kept,
    theirs: MemoryBackedTree<Sha256, Vec<u8>>,
}

impl Both {
    fn grow(&mut self) {
        let line = line(self.ours.size);
        self.ours.hashes.extend(self.growing.push(leaf(&line)));
        self.ours.size += 1;
        self.theirs.push(line);
    }

    fn grown(size: u64) -> Self {
        let mut both = Self::default();
        (0..size).for_each(|_| both.grow());
        both
    }

    fn root(&self) -> TreeHash {
        let size = self.ours.size;
        let root = self.ours.root(size).unwrap();
        assert_eq!(self.growing.root(), root, "the edge of {size}");
        assert_eq!(self.growing.size(), size);
        assert_eq!(self.theirs.root().as_bytes().as_slice(), root.0, "the root of {size}");
        root
    }

    /// That the leaf is in the whole tree, by both and to both.
    fn includes(&self, index: u64, root: TreeHash) {
        let (size, at) = (self.ours.size, usize::try_from(index).unwrap());
        let mine = self.ours.inclusion(index, size).unwrap();
        let other = hashes(self.theirs.prove_inclusion(at).as_bytes());
        let found = self.ours.leaf(index).unwrap();
        assert_eq!(found, leaf(&line(index)), "leaf {index} of {size}");
        assert_eq!(check_inclusion(&other, (size, root), (index, found)), Ok(()), "{index}/{size}");
        assert!(theirs_includes(&mine, (size, root), (index, line(index))), "{index} of {size}");
    }

    /// That the whole tree begins with an older one, by both and to both.
    fn extends(&self, (old, old_root): (u64, TreeHash), root: TreeHash) {
        let size = self.ours.size;
        let mine = self.ours.consistency(old, size).unwrap();
        let other = self.theirs.prove_consistency(usize::try_from(size - old).unwrap());
        let other = hashes(other.as_bytes());
        let verdict = check_consistency(&other, (old, old_root), (size, root));
        assert_eq!(verdict, Ok(()), "{old} of {size}");
        assert!(theirs_extends(&mine, (old, old_root), (size, root)), "{old} of {size}");
    }
}

/// A line that is like no other, of a length that varies.
fn line(index: u64) -> Vec<u8> {
    let padding = "x".repeat(usize::try_from(index % 97).unwrap());
    format!("{{\"position\":{index},\"padding\":\"{padding}\"}}").into_bytes()
}

fn hashes(bytes: &[u8]) -> Vec<TreeHash> {
    bytes.chunks(32).map(|hash| TreeHash(hash.try_into().unwrap())).collect()
}

fn bytes(hashes: &[TreeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn theirs_includes(
    proof: &[TreeHash],
    (size, root): (u64, TreeHash),
    (index, line): (u64, Vec<u8>),
) -> bool {
    let proof = InclusionProof::<Sha256>::from_bytes(bytes(proof));
    RootHash::new(root.0.into(), size).verify_inclusion(&line, index, &proof).is_ok()
}

fn theirs_extends(
    proof: &[TreeHash],
    (old, old_root): (u64, TreeHash),
    (new, new_root): (u64, TreeHash),
) -> bool {
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes(proof)).unwrap();
    let old = RootHash::new(old_root.0.into(), old);
    RootHash::new(new_root.0.into(), new).verify_consistency(&old, &proof).is_ok()
}

/// A number below a limit: arbitrary, and the same in every run.
fn arbitrary(what: &str, n: u64, below: u64) -> u64 {
    let hash = journal::Hash::of(format!("{what} {n}").as_bytes());
    u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap()) % below
}

fn hex(hash: TreeHash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

// The tree is one that only we know: no other tool could check anything.
#[test]
fn the_known_answers_of_rfc_6962_come_out() {
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let (mut growing, mut kept) = (Growing::default(), Kept::default());
    assert_eq!(hex(growing.root()), roots[0]);
    assert_eq!(hex(kept.root(0).unwrap()), roots[0]);
    for (line, root) in leaves.into_iter().zip(&roots[1..]) {
        kept.hashes.extend(growing.push(leaf(line)));
        kept.size += 1;
        assert_eq!(hex(growing.root()), *root);
    }
    for (size, root) in (0..).zip(roots) {
        assert_eq!(hex(kept.root(size).unwrap()), root);
    }
}

// A size at which a root or a proof goes wrong: the shapes of trees differ at every one.
#[test]
fn every_size_to_300_agrees_both_ways() {
    let mut both = Both::default();
    let mut roots = vec![both.root()];
    for size in 1..=300 {
        both.grow();
        let root = both.root();
        roots.push(root);
        (0..size).for_each(|index| both.includes(index, root));
        (1..).zip(&roots[1..]).for_each(|(old, old_root)| both.extends((old, *old_root), root));
    }
    // An older tree is read from the hashes of the newer one.
    for (size, root) in (0..).zip(roots) {
        assert_eq!(both.ours.root(size).unwrap(), root, "{size} in 300");
    }
}

/// Grows a tree to 100,000 leaves, stops at some sizes, and looks at some leaves and older sizes.
fn agree_at(stops: u64, looks: u64) {
    let mut sizes: Vec<u64> = (0..stops).map(|n| 1 + arbitrary("size", n, 100_000)).collect();
    sizes.push(100_000);
    sizes.sort_unstable();
    sizes.dedup();
    let mut both = Both::default();
    let mut roots: Vec<(u64, TreeHash)> = Vec::new();
    for size in sizes {
        (both.ours.size..size).for_each(|_| both.grow());
        let root = both.root();
        both.includes(0, root);
        both.includes(size - 1, root);
        for look in 0..looks {
            both.includes(arbitrary(&format!("leaf of {size}"), look, size), root);
            let old = 1 + arbitrary(&format!("part of {size}"), look, size);
            both.extends((old, both.ours.root(old).unwrap()), root);
        }
        roots.push((size, root));
        roots.iter().for_each(|old| both.extends(*old, root));
    }
    for (size, root) in roots {
        assert_eq!(both.ours.root(size).unwrap(), root, "{size} in 100,000");
    }
}

// What holds for small trees fails for large ones.
#[test]
fn arbitrary_sizes_to_100_000_agree_both_ways() {
    agree_at(40, 25);
}

// The forty sizes above miss the one that is wrong.
#[test]
#[ignore = "takes long in a debug build; `just long` runs it"]
fn many_sizes_to_100_000_agree_both_ways() {
    agree_at(1_000, 100);
}

/// Every proof that differs from this one in one hash, its order or its length.
fn variants(proof: &[TreeHash]) -> Vec<Vec<TreeHash>> {
    let mut all = vec![proof.to_vec(), Vec::new()];
    let stray = leaf(b"of no tree");
    for at in 0..=proof.len() {
        let edited = |edit: &dyn Fn(&mut Vec<TreeHash>)| {
            let mut proof = proof.to_vec();
            edit(&mut proof);
            proof
        };
        all.push(edited(&|proof| proof.insert(at, stray)));
        if at < proof.len() {
            all.push(edited(&|proof| proof[at].0[at % 32] ^= 1 << (at % 8)));
            all.push(edited(&|proof| proof.truncate(at)));
            all.push(edited(&|proof| {
                proof.remove(at);
            }));
            all.push(edited(&|proof| proof.insert(at, proof[at])));
            all.push(edited(&|proof| proof.swap(0, at)));
        }
    }
    all
}

// A proof that does not hold is taken for one: whatever is changed, both sides judge alike, and
// with index, sizes and roots as they are only the true proof is taken.
#[test]
fn what_is_changed_is_refused_and_both_judge_alike() {
    for size in [1, 2, 3, 4, 7, 8, 9, 13, 16, 21] {
        let both = Both::grown(size);
        let root = both.root();
        for index in 0..size {
            let truth = both.ours.inclusion(index, size).unwrap();
            for proof in variants(&truth) {
                for (other, wide) in
                    (0..size + 2).flat_map(|it| [(it, size - 1), (it, size), (it, size + 1)])
                {
                    let of = (other, leaf(&line(index)));
                    let here = check_inclusion(&proof, (wide, root), of).is_ok();
                    let there = theirs_includes(&proof, (wide, root), (other, line(index)));
                    assert_eq!(here, there, "{index} of {size} as {other} of {wide}");
                    if (other, wide) == (index, size) {
                        assert_eq!(here, proof == truth, "{index} of {size}");
                    }
                    // Another index may pass only as another size: no size stands in a root.
                    assert!(!here || wide != size || other == index, "{index} as {other}");
                }
            }
        }
    }
}

// A log that was rewritten passes for one that grew.
#[test]
fn another_past_is_refused_and_both_judge_alike() {
    for new in [1, 2, 3, 4, 7, 8, 9, 13, 16, 21] {
        let both = Both::grown(new);
        let root = both.root();
        for old in 1..=new {
            let old_root = both.ours.root(old).unwrap();
            let truth = both.ours.consistency(old, new).unwrap();
            for proof in variants(&truth) {
                for older in 0..=new + 1 {
                    let here = check_consistency(&proof, (older, old_root), (new, root)).is_ok();
                    let there = theirs_extends(&proof, (older, old_root), (new, root));
                    assert_eq!(here, there, "{old} of {new} as {older}");
                    assert_eq!(here, older == old && proof == truth, "{old} of {new} as {older}");
                }
                for (a, b) in [(root, root), (old_root, old_root), (root, old_root)] {
                    let here = check_consistency(&proof, (old, a), (new, b)).is_ok();
                    assert_eq!(here, theirs_extends(&proof, (old, a), (new, b)));
                    assert_eq!(here, old == new && proof == truth, "{old} of {new}, other roots");
                }
            }
        }
    }
}

// The empty tree "begins" every other, whatever the roots say, and a proof of it looks like one.
#[test]
fn of_the_empty_tree_nothing_is_proved() {
    let both = Both::grown(5);
    let (empty, root) = (both.ours.root(0).unwrap(), both.root());
    assert_eq!(both.ours.consistency(0, 5).unwrap(), []);
    assert_eq!(both.ours.consistency(0, 0).unwrap(), []);
    assert!(check_consistency(&[], (0, empty), (5, root)).is_err());
    assert!(check_consistency(&[], (0, empty), (0, empty)).is_err());
    assert!(check_inclusion(&[], (0, empty), (0, empty)).is_err());
    assert!(both.ours.inclusion(0, 0).is_err());
}

/// How many hashes a growing tree holds, as it shows itself.
fn held(growing: &Growing) -> u32 {
    u32::try_from(format!("{growing:?}").matches('=').count()).unwrap()
}

// A program that was stopped goes on with another tree than one that ran through, or one that runs
// holds more and more of it.
#[test]
fn a_tree_resumed_at_any_size_goes_on_alike() {
    let whole = Both::grown(300);
    for size in 0..=300 {
        let mut resumed = Growing::resume(size, &whole.ours).unwrap();
        assert_eq!(resumed.size(), size);
        assert_eq!(resumed.root(), whole.ours.root(size).unwrap(), "resumed at {size}");
        assert_eq!(held(&resumed), size.count_ones(), "a hash for each whole subtree");
        let mut at = usize::try_from(tlog::stored_hash_count(size)).unwrap();
        for index in size..300 {
            for hash in resumed.push(leaf(&line(index))) {
                assert_eq!(hash, whole.ours.hashes[at], "hash {at}, resumed at {size}");
                at += 1;
            }
        }
        assert_eq!(at, whole.ours.hashes.len(), "resumed at {size}");
        assert_eq!(resumed.root(), whole.growing.root());
        assert_eq!(held(&resumed), 300_u32.count_ones());
    }
}

// What is not there is answered with another tree's hash, or with a panic.
#[test]
fn what_is_beyond_the_end_is_refused() {
    let kept = Both::grown(6).ours;
    for beyond in [7, 8, 1 << 53, u64::MAX] {
        assert!(kept.root(beyond).is_err(), "{beyond}");
        assert!(kept.leaf(beyond).is_err(), "{beyond}");
        assert!(kept.inclusion(0, beyond).is_err(), "{beyond}");
        assert!(kept.inclusion(beyond, 6).is_err(), "{beyond}");
        assert!(kept.consistency(1, beyond).is_err(), "{beyond}");
        assert!(kept.consistency(0, beyond).is_err(), "{beyond}");
        assert!(kept.consistency(beyond, 6).is_err(), "{beyond}");
    }
    assert!(kept.leaf(6).is_err() && kept.inclusion(6, 6).is_err());
    let torn = Kept { size: 6, hashes: kept.hashes[..8].to_vec() };
    assert!(torn.root(6).is_err() && torn.leaf(5).is_err());
    assert!(Growing::resume(6, &torn).is_err());
    assert!(Growing::resume(5, &torn).is_ok(), "eight hashes are all of five leaves");
}

// A node of the tree passes for a record, or the two halves of a tree for its only record.
#[test]
fn a_node_is_not_a_leaf() {
    let both = Both::grown(2);
    let (left, right) = (both.ours.leaf(0).unwrap(), both.ours.leaf(1).unwrap());
    let halves = leaf(&[left.0, right.0].concat());
    assert_ne!(halves, both.root());
    assert!(check_inclusion(&[], (1, both.root()), (0, halves)).is_err());
    // The root itself in place of a leaf's hash: the size is signed, and says that it is none.
    assert!(check_inclusion(&[], (2, both.root()), (0, both.root())).is_err());
}

/// The proof that a line is the first of a tree of 2^(hashes−1)+1 to 2^hashes leaves, and its root.
fn deep(hashes: u64) -> (Vec<TreeHash>, TreeHash) {
    let proof: Vec<TreeHash> = (0..hashes).map(|n| leaf(&n.to_be_bytes())).collect();
    let root = proof.iter().fold(leaf(&line(0)), |left, right| tlog::node_hash(left, *right));
    (proof, root)
}

// At the end of what a number holds, a size wraps around or a proof runs for ever.
#[test]
fn the_largest_sizes_are_checked_and_larger_ones_refused() {
    let first = (0, leaf(&line(0)));
    let most = (1 << 53) - 1;
    let (proof, root) = deep(53);
    assert_eq!(check_inclusion(&proof, (most, root), first), Ok(()));
    assert!(theirs_includes(&proof, (most, root), (0, line(0))));
    for size in [1 << 52, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX] {
        assert!(check_inclusion(&proof, (size, root), first).is_err(), "{size}");
    }
    for index in [1, most - 1, most, u64::MAX] {
        assert!(check_inclusion(&proof, (most, root), (index, first.1)).is_err(), "{index}");
    }
    for count in [0, 1, 52, 54, 62, MAX_PROOF as u64, 64, 65, 1_000] {
        let (proof, root) = deep(count);
        assert!(check_inclusion(&proof, (most, root), first).is_err(), "{count} hashes");
        let verdict = check_consistency(&proof, (1, first.1), (most, root));
        assert!(verdict.is_err(), "{count} hashes");
    }
    // The first leaf is the older tree: what is proved of the one is proved of the other.
    assert_eq!(check_consistency(&proof, (1, first.1), (most, root)), Ok(()));
    assert!(check_consistency(&proof, (1, first.1), (1 << 53, root)).is_err());
    assert!(check_consistency(&proof, (u64::MAX, first.1), (u64::MAX, first.1)).is_err());
}
