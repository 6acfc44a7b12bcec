"""What rests in the database opens in its own place only, with a key of ours; keys are made once and kept."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.encryption import Seal, Unopenable, load_keys
from flows.office import BadSetting

OLD, NEW, INDEX, OTHER = (bytes([byte]) * 32 for byte in b"onix")
SEAL = Seal([OLD], INDEX)
HOME = ("booking", "details", "b1")
DETAILS = {"name": "求職 太郎", "seeker_number": "11010-12345678"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def written(*keys: bytes, index: bytes | None = None) -> str:
    marked = [f"index:{b64encode(index).decode()}"] if index else []
    return ",".join([b64encode(key).decode() for key in keys] + marked)


@given(values, st.text(), st.text(), st.text())
def test_whatever_is_sealed_opens_again_in_its_place(value: Any, table: str, column: str, row: str) -> None:
    assert SEAL.open(SEAL.seal(value, table, column, row), table, column, row) == value


def test_half_a_surrogate_pair_from_a_chat_is_kept_as_it_came() -> None:
    assert SEAL.open(SEAL.seal("\ud83d", *HOME), *HOME) == "\ud83d"


def test_the_content_cannot_be_read_in_the_token() -> None:
    assert "求職".encode() not in SEAL.seal(DETAILS, *HOME)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert SEAL.seal(DETAILS, *HOME) != SEAL.seal(DETAILS, *HOME)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(("booking", "details", "b2"), id="another person's row"),
        pytest.param(("booking", "note", "b1"), id="another column"),
        pytest.param(("staff", "details", "b1"), id="another table"),
        pytest.param(("bookingd", "etails", "b1"), id="the same letters, divided otherwise"),
        pytest.param(("booking", "detail", "sb1"), id="the same letters, the row divided otherwise"),
    ],
)
def test_a_sealed_value_does_not_open_elsewhere(elsewhere: tuple[str, str, str]) -> None:
    token = SEAL.seal(DETAILS, *HOME)
    with pytest.raises(Unopenable):
        SEAL.open(token, *elsewhere)
    assert SEAL.open(token, *HOME) == DETAILS


def test_no_byte_of_a_sealed_value_can_be_altered() -> None:
    token = SEAL.seal(DETAILS, *HOME)
    for place in range(len(token)):
        with pytest.raises(Unopenable):
            SEAL.open(token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :], *HOME)


def test_a_sealed_value_that_was_cut_does_not_open() -> None:
    token = SEAL.seal(DETAILS, *HOME)
    for length in range(len(token)):
        with pytest.raises(Unopenable):
            SEAL.open(token[:length], *HOME)


def test_a_sealed_value_does_not_open_with_another_key() -> None:
    with pytest.raises(Unopenable):
        Seal([OTHER], INDEX).open(SEAL.seal(DETAILS, *HOME), *HOME)


def test_what_does_not_open_is_named_by_table_and_column_alone() -> None:
    with pytest.raises(Unopenable) as caught:
        SEAL.open(SEAL.seal(DETAILS, *HOME), "booking", "details", "b2")
    assert str(caught.value) == "A sealed value of booking.details does not open."
    assert caught.value.__context__ is None


def test_after_a_change_of_keys_old_values_still_open() -> None:
    assert Seal([NEW, OLD], INDEX).open(SEAL.seal(DETAILS, *HOME), *HOME) == DETAILS


def test_after_a_change_of_keys_new_values_are_sealed_with_the_first_key() -> None:
    token = Seal([NEW, OLD], INDEX).seal(DETAILS, *HOME)
    assert Seal([NEW], INDEX).open(token, *HOME) == DETAILS
    with pytest.raises(Unopenable):
        SEAL.open(token, *HOME)


def test_an_index_stays_the_same_under_a_change_of_keys() -> None:
    index = SEAL.index("booking.seeker_number", "1101012345678")
    assert Seal([NEW, OLD], INDEX).index("booking.seeker_number", "1101012345678") == index


def test_an_index_needs_the_index_key() -> None:
    assert Seal([OLD], OTHER).index("booking.email", "t@example.jp") != SEAL.index("booking.email", "t@example.jp")


def test_the_same_value_under_another_label_has_another_index() -> None:
    assert SEAL.index("booking.email", "t@example.jp") != SEAL.index("booking.emailt", "@example.jp")


def test_an_index_is_64_hex_digits() -> None:
    assert len(bytes.fromhex(SEAL.index("booking.email", "t@example.jp"))) == 32


def test_a_seal_shows_its_fingerprints_and_no_key() -> None:
    seal = Seal([NEW, OLD], INDEX)
    assert repr(seal) == f"Seal({seal.fingerprints()[0]}, {seal.fingerprints()[1]})"
    assert seal.fingerprints()[1:] == SEAL.fingerprints()
    assert not any(key.hex()[:8] in repr(seal) for key in (NEW, OLD, INDEX))


@pytest.mark.parametrize(("keys", "index"), [((), INDEX), ((OLD[:16],), INDEX), ((OLD,), b"")])
def test_a_seal_is_not_made_of_short_keys(keys: tuple[bytes, ...], index: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(keys, index)


def test_given_keys_are_used_and_no_file_is_made(tmp_path: Path) -> None:
    seal, made = load_keys(written(OLD, index=INDEX), tmp_path / "var")
    assert seal.open(SEAL.seal(DETAILS, *HOME), *HOME) == DETAILS
    assert seal.index("a", "b") == SEAL.index("a", "b")
    assert made == ()
    assert not (tmp_path / "var").exists()


def test_of_given_keys_the_first_seals(tmp_path: Path) -> None:
    seal, _ = load_keys(f" {written(NEW)} , {written(OLD)} ", tmp_path)
    assert Seal([NEW], INDEX).open(seal.seal(DETAILS, *HOME), *HOME) == DETAILS


def test_given_keys_without_an_index_key_make_that_file_alone(tmp_path: Path) -> None:
    _, made = load_keys(written(OLD), tmp_path)
    assert made == (tmp_path / "index.key",)
    assert [path.name for path in tmp_path.iterdir()] == ["index.key"]


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_given_keys_both_files_are_made_and_named(nothing: str | None, tmp_path: Path) -> None:
    _, made = load_keys(nothing, tmp_path / "var")
    assert made == (tmp_path / "var" / "seal.key", tmp_path / "var" / "index.key")
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["index.key", "seal.key"]


def test_key_files_are_for_this_user_alone(tmp_path: Path) -> None:
    _, made = load_keys(None, tmp_path / "var")
    assert [path.stat().st_mode & 0o777 for path in (*made, tmp_path / "var")] == [0o600, 0o600, 0o700]


def test_key_files_are_used_again(tmp_path: Path) -> None:
    first, _ = load_keys(None, tmp_path)
    second, made = load_keys(None, tmp_path)
    assert made == ()
    assert second.open(first.seal(DETAILS, *HOME), *HOME) == DETAILS
    assert second.index("a", "b") == first.index("a", "b")


def test_of_several_lines_in_the_key_file_the_first_seals_and_all_open(tmp_path: Path) -> None:
    (tmp_path / "seal.key").write_text(f"{written(NEW)}\n\n{written(OLD)}\n")
    seal, _ = load_keys(None, tmp_path)
    assert seal.open(SEAL.seal(DETAILS, *HOME), *HOME) == DETAILS
    assert Seal([NEW], INDEX).open(seal.seal(DETAILS, *HOME), *HOME) == DETAILS


def test_what_a_crash_left_half_written_is_no_key(tmp_path: Path) -> None:
    (tmp_path / ".seal.key.0123456789abcdef").write_text("c2hvcnQ")
    _, made = load_keys(None, tmp_path)
    assert tmp_path / "seal.key" in made


def test_processes_that_start_at_once_end_with_the_same_keys(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot.encryption import load_keys\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "seal, made = load_keys(None, Path(sys.argv[1]))\n"
        "print(seal.fingerprints(), seal.index('a', 'b'), '|', len(made))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "var")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=10)[0].split("|") for process in started]
    assert len({keys for keys, _ in ends}) == 1
    assert sum(int(made) for _, made in ends) == 2


@pytest.mark.parametrize(
    "given_keys",
    [
        pytest.param("secret-which-is-not-base64!", id="not base64"),
        pytest.param("c2VjcmV0", id="too short"),
        pytest.param(written(OLD + b"secret"), id="too long"),
        pytest.param(f"{written(OLD)},", id="an empty one"),
        pytest.param(f"{written(OLD)},index:c2VjcmV0", id="a short index key"),
        pytest.param("鍵" * 32, id="not ASCII"),
        pytest.param(written(index=INDEX), id="an index key alone"),
        pytest.param(written(OLD, index=INDEX) + "," + written(index=OTHER), id="two index keys"),
    ],
)
def test_wrong_given_keys_are_refused_and_not_repeated(given_keys: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        load_keys(given_keys, tmp_path)
    assert caught.value.setting == "MADOGUCHI_KEYS"
    assert not any(part and part.removeprefix("index:") in str(caught.value) for part in given_keys.split(","))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("content", ["", "c2VjcmV0\n", f"{written(OLD)} secret\n", "鍵\n"])
def test_a_wrong_key_file_is_refused_by_its_name_and_not_repeated(content: str, tmp_path: Path) -> None:
    (tmp_path / "seal.key").write_text(content)
    with pytest.raises(BadSetting) as caught:
        load_keys(None, tmp_path)
    assert caught.value.setting == str(tmp_path / "seal.key")
    assert not any(word in caught.value.problem for word in content.split())
    assert (tmp_path / "seal.key").read_text() == content


def test_an_index_file_with_two_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.key").write_text(f"{written(OLD)}\n{written(INDEX)}\n")
    with pytest.raises(BadSetting, match="more than one key"):
        load_keys(None, tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(BadSetting, match=r"seal\.key can be neither read nor made"):
        load_keys(None, tmp_path / "var")
