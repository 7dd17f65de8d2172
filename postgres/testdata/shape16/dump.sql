--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: answer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.answer (
    rating bigint NOT NULL,
    "position" integer NOT NULL,
    item text NOT NULL,
    value text NOT NULL,
    CONSTRAINT answer_item_check CHECK ((item <> ''::text))
);


--
-- Name: attempt; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempt (
    id bigint NOT NULL,
    trial bigint NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    outcome text,
    cause text DEFAULT ''::text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    seed bigint NOT NULL,
    network jsonb NOT NULL,
    measured jsonb NOT NULL,
    link jsonb NOT NULL,
    desktop jsonb NOT NULL,
    CONSTRAINT attempt_number_check CHECK ((number > 0)),
    CONSTRAINT attempt_outcome_check CHECK ((outcome = ANY (ARRAY['completed'::text, 'said_done'::text, 'gave_up'::text, 'time_up'::text, 'ended_by_experimenter'::text]))),
    CONSTRAINT attempt_outcome_if_finished CHECK (((state = 'finished'::text) = (outcome IS NOT NULL))),
    CONSTRAINT attempt_state_check CHECK ((state = ANY (ARRAY['preparing'::text, 'running'::text, 'finished'::text, 'interrupted'::text, 'failed'::text])))
);


--
-- Name: attempt_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.attempt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    about text NOT NULL,
    why text NOT NULL,
    CONSTRAINT audit_action_check CHECK ((action <> ''::text)),
    CONSTRAINT audit_who_check CHECK ((who <> ''::text))
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: batch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batch (
    attempt bigint NOT NULL,
    page integer NOT NULL,
    number bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    clock_zero_at timestamp with time zone NOT NULL,
    uncertainty_ns bigint NOT NULL,
    count integer NOT NULL,
    given bigint NOT NULL,
    dropped bigint NOT NULL,
    last boolean NOT NULL,
    CONSTRAINT batch_count_check CHECK ((count >= 0)),
    CONSTRAINT batch_dropped_check CHECK ((dropped >= 0)),
    CONSTRAINT batch_given_check CHECK ((given >= 0)),
    CONSTRAINT batch_number_check CHECK ((number > 0)),
    CONSTRAINT batch_page_check CHECK ((page > 0)),
    CONSTRAINT batch_uncertainty_ns_check CHECK ((uncertainty_ns >= 0))
);


--
-- Name: calibration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calibration (
    id bigint NOT NULL,
    study bigint NOT NULL,
    design text NOT NULL,
    networks jsonb NOT NULL,
    who text NOT NULL,
    way text NOT NULL,
    program text NOT NULL,
    machine jsonb NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    state text DEFAULT 'running'::text NOT NULL,
    cause text DEFAULT ''::text NOT NULL,
    findings jsonb DEFAULT '[]'::jsonb NOT NULL,
    unmeasured jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT calibration_ended_has_time CHECK (((state = 'running'::text) = (ended_at IS NULL))),
    CONSTRAINT calibration_has_way CHECK ((way <> ''::text)),
    CONSTRAINT calibration_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'stopped'::text, 'failed'::text, 'interrupted'::text]))),
    CONSTRAINT calibration_who_check CHECK ((who <> ''::text))
);


--
-- Name: calibration_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.calibration ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calibration_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: event; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event (
    id bigint NOT NULL,
    session bigint NOT NULL,
    attempt bigint,
    page integer DEFAULT 0 NOT NULL,
    batch bigint DEFAULT 0 NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    experimenter bigint,
    CONSTRAINT event_batch_check CHECK ((batch >= 0)),
    CONSTRAINT event_detail_check CHECK ((octet_length(detail) <= 1000)),
    CONSTRAINT event_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT event_number_check CHECK ((number >= 0)),
    CONSTRAINT event_page_check CHECK ((page >= 0))
);


--
-- Name: event_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: experimenter; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.experimenter (
    id bigint NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    CONSTRAINT experimenter_has_name CHECK ((name <> ''::text))
);


--
-- Name: experimenter_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.experimenter ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.experimenter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: goose_db_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: interaction; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.interaction (
    attempt bigint NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    sent_ns bigint NOT NULL,
    arrived_ns bigint NOT NULL,
    drawn_ns bigint NOT NULL,
    machine_ns bigint NOT NULL,
    bytes bigint NOT NULL,
    area_px bigint NOT NULL,
    page integer DEFAULT 0 NOT NULL,
    batch bigint DEFAULT 0 NOT NULL,
    quiet_ns bigint DEFAULT 0 NOT NULL,
    held_ns bigint DEFAULT 0 NOT NULL,
    rect_x integer DEFAULT 0 NOT NULL,
    rect_y integer DEFAULT 0 NOT NULL,
    rect_width integer DEFAULT 0 NOT NULL,
    rect_height integer DEFAULT 0 NOT NULL,
    pointer_x integer DEFAULT 0 NOT NULL,
    pointer_y integer DEFAULT 0 NOT NULL,
    cut boolean DEFAULT false NOT NULL,
    pointer_type text DEFAULT ''::text NOT NULL,
    delivery text DEFAULT ''::text NOT NULL,
    delayed_ns bigint DEFAULT 0 NOT NULL,
    CONSTRAINT interaction_delayed_ns_check CHECK ((delayed_ns >= 0)),
    CONSTRAINT interaction_delivery_check CHECK ((delivery = ANY (ARRAY[''::text, 'delivered'::text, 'lost'::text]))),
    CONSTRAINT interaction_kind_check CHECK ((kind = ANY (ARRAY['key'::text, 'click'::text, 'wheel'::text, 'drag'::text, 'move'::text]))),
    CONSTRAINT interaction_not_negative CHECK (((sent_ns >= 0) AND (arrived_ns >= 0) AND (drawn_ns >= 0) AND (quiet_ns >= 0) AND (held_ns >= 0) AND (machine_ns >= 0) AND (bytes >= 0) AND (area_px >= 0) AND (rect_width >= 0) AND (rect_height >= 0))),
    CONSTRAINT interaction_number_check CHECK ((number > 0)),
    CONSTRAINT interaction_pointer_type_check CHECK ((pointer_type = ANY (ARRAY[''::text, 'mouse'::text, 'touch'::text, 'pen'::text])))
);


--
-- Name: login; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login (
    token_sha256 bytea NOT NULL,
    experimenter bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT login_token_sha256_check CHECK ((length(token_sha256) = 32))
);


--
-- Name: network_second; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.network_second (
    attempt bigint NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    span_ns bigint NOT NULL,
    bytes_down bigint NOT NULL,
    bytes_up bigint NOT NULL,
    packets_down bigint NOT NULL,
    packets_up bigint NOT NULL,
    drops_down bigint NOT NULL,
    drops_up bigint NOT NULL,
    wait_down_ns bigint NOT NULL,
    wait_up_ns bigint NOT NULL,
    longest_down_ns bigint NOT NULL,
    longest_up_ns bigint NOT NULL,
    lost_down bigint DEFAULT 0 NOT NULL,
    lost_up bigint DEFAULT 0 NOT NULL,
    full_down bigint DEFAULT 0 NOT NULL,
    full_up bigint DEFAULT 0 NOT NULL,
    managed_down bigint DEFAULT 0 NOT NULL,
    managed_up bigint DEFAULT 0 NOT NULL,
    cut_down bigint DEFAULT 0 NOT NULL,
    cut_up bigint DEFAULT 0 NOT NULL,
    CONSTRAINT network_second_number_check CHECK ((number > 0)),
    CONSTRAINT network_second_span_ns_check CHECK ((span_ns > 0))
);


--
-- Name: participant; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.participant (
    id bigint NOT NULL,
    study bigint NOT NULL,
    pilot boolean NOT NULL,
    number integer NOT NULL,
    code text NOT NULL,
    link text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT participant_link_check CHECK ((link <> ''::text)),
    CONSTRAINT participant_number_check CHECK ((number > 0))
);


--
-- Name: participant_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.participant ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.participant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: rating; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rating (
    id bigint NOT NULL,
    session bigint NOT NULL,
    trial bigint,
    instrument text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT rating_instrument_check CHECK ((instrument <> ''::text))
);


--
-- Name: rating_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.rating ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rating_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: recording; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recording (
    attempt bigint NOT NULL,
    began_at timestamp with time zone NOT NULL,
    duration_ns bigint DEFAULT 0 NOT NULL,
    segments integer DEFAULT 0 NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    sha256 text,
    ended text,
    deleted_at timestamp with time zone,
    CONSTRAINT recording_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT recording_duration_ns_check CHECK ((duration_ns >= 0)),
    CONSTRAINT recording_ended_before_deleted CHECK (((deleted_at IS NULL) OR (ended IS NOT NULL))),
    CONSTRAINT recording_ended_check CHECK ((ended = ANY (ARRAY['trial_ended'::text, 'disk_full'::text, 'disk_failed'::text, 'too_slow'::text, 'unreadable'::text, 'server_stopped'::text]))),
    CONSTRAINT recording_ended_has_hash CHECK (((ended IS NULL) = (sha256 IS NULL))),
    CONSTRAINT recording_segments_check CHECK ((segments >= 0)),
    CONSTRAINT recording_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);


--
-- Name: session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.session (
    id bigint NOT NULL,
    participant bigint NOT NULL,
    version bigint NOT NULL,
    sequence integer NOT NULL,
    seat integer DEFAULT 0 NOT NULL,
    started_at timestamp with time zone NOT NULL,
    consented_at timestamp with time zone,
    about_at timestamp with time zone,
    ended_at timestamp with time zone,
    recorded boolean DEFAULT false NOT NULL,
    CONSTRAINT session_sequence_check CHECK ((sequence >= 0))
);


--
-- Name: session_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.session ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: slot; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.slot (
    id bigint NOT NULL,
    study bigint NOT NULL,
    station text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    participant bigint,
    CONSTRAINT slot_ends_later CHECK ((ends_at > starts_at)),
    CONSTRAINT slot_has_station CHECK ((station <> ''::text))
);


--
-- Name: slot_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.slot ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: study; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.study (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by bigint,
    draft jsonb NOT NULL,
    CONSTRAINT study_has_title CHECK (((octet_length((draft ->> 'title'::text)) >= 1) AND (octet_length((draft ->> 'title'::text)) <= 200)))
);


--
-- Name: study_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.study ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.study_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: transition; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transition (
    id bigint NOT NULL,
    attempt bigint NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    monotonic_ns bigint
);


--
-- Name: transition_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.transition ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.transition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: trial; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.trial (
    id bigint NOT NULL,
    session bigint NOT NULL,
    "position" integer NOT NULL,
    method text NOT NULL,
    network text NOT NULL,
    task text NOT NULL,
    ready_at timestamp with time zone,
    strategy text,
    CONSTRAINT trial_method_check CHECK ((method = ANY (ARRAY['vnc'::text, 'stream'::text, 'local'::text]))),
    CONSTRAINT trial_position_check CHECK (("position" >= 0)),
    CONSTRAINT trial_strategy_if_streamed CHECK (((strategy IS NULL) OR (method = 'stream'::text)))
);


--
-- Name: trial_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.trial ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.trial_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.version (
    id bigint NOT NULL,
    study bigint NOT NULL,
    number integer NOT NULL,
    sha256 text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    published_by bigint,
    design jsonb NOT NULL,
    CONSTRAINT version_number_check CHECK ((number > 0)),
    CONSTRAINT version_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);


--
-- Name: version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.version ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: answer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.answer VALUES (1, 0, 'age', '33');
INSERT INTO public.answer VALUES (2, 0, 'satisfaction', '6');
INSERT INTO public.answer VALUES (3, 0, 'satisfaction', '6');
INSERT INTO public.answer VALUES (4, 0, 'age', '33');
INSERT INTO public.answer VALUES (5, 0, 'satisfaction', '6');
INSERT INTO public.answer VALUES (6, 0, 'satisfaction', '6');
INSERT INTO public.answer VALUES (7, 0, 'age', '33');
INSERT INTO public.answer VALUES (8, 0, 'satisfaction', '6');
INSERT INTO public.answer VALUES (9, 0, 'satisfaction', '6');


--
-- Data for Name: attempt; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 'finished', 'completed', '', '2026-03-14 13:03:00.123456+00', '2026-03-14 13:04:00.123456+00', '2026-03-14 13:05:00.123456+00', -9223372036854775808, '{"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');
INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (4, 8, 1, 'finished', 'completed', '', '2026-03-14 14:03:00.123456+00', '2026-03-14 14:04:00.123456+00', '2026-03-14 14:05:00.123456+00', -9223372036854775807, '{"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');
INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (2, 2, 1, 'finished', 'completed', '', '2026-03-14 13:03:00.123456+00', '2026-03-14 13:04:00.123456+00', '2026-03-14 13:05:00.123456+00', -9223372036854775807, '{"loss": 0.013, "rtt_ns": 120000000, "up_bps": 1500000, "down_bps": 7200000, "jitter_ns": 5000000, "queue_packets": 100}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');
INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (3, 7, 1, 'finished', 'completed', '', '2026-03-14 14:03:00.123456+00', '2026-03-14 14:04:00.123456+00', '2026-03-14 14:05:00.123456+00', -9223372036854775808, '{"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');
INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (5, 31, 1, 'finished', 'completed', '', '2026-03-14 19:03:00.123456+00', '2026-03-14 19:04:00.123456+00', '2026-03-14 19:05:00.123456+00', -9223372036854775808, '{"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');
INSERT INTO public.attempt OVERRIDING SYSTEM VALUE VALUES (6, 32, 1, 'finished', 'completed', '', '2026-03-14 19:03:00.123456+00', '2026-03-14 19:04:00.123456+00', '2026-03-14 19:05:00.123456+00', -9223372036854775807, '{"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}', '{"count": 0, "min_ns": 0, "p95_ns": 0, "median_ns": 0}', '{"bytes_up": 0, "drops_up": 0, "bytes_down": 0, "drops_down": 0, "packets_up": 0, "packets_down": 0}', '{"qemu": "", "pages": 0, "misses": 0, "ready_ns": 0, "appliance": "", "loaded_ns": 0, "waited_ns": 0, "accelerator": "kvm", "bytes_moved": 0}');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: batch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.batch VALUES (1, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);
INSERT INTO public.batch VALUES (2, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);
INSERT INTO public.batch VALUES (3, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);
INSERT INTO public.batch VALUES (4, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);
INSERT INTO public.batch VALUES (5, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);
INSERT INTO public.batch VALUES (6, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 12:00:00.123456+00', 1500, 1, 1, 0, false);


--
-- Data for Name: calibration; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: event; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: experimenter; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.experimenter OVERRIDING SYSTEM VALUE VALUES (1, 'ada', '$argon2id$v=19$m=65536,t=3,p=2$c2FsdHNhbHQ$aGFzaA');


--
-- Data for Name: goose_db_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.goose_db_version VALUES (1, 0, true, '2026-11-30 23:54:16.919699');
INSERT INTO public.goose_db_version VALUES (2, 1, true, '2026-11-30 23:54:16.957685');
INSERT INTO public.goose_db_version VALUES (3, 2, true, '2026-11-30 23:54:17.018183');
INSERT INTO public.goose_db_version VALUES (4, 3, true, '2026-11-30 23:54:17.058388');
INSERT INTO public.goose_db_version VALUES (5, 4, true, '2026-11-30 23:54:17.08895');
INSERT INTO public.goose_db_version VALUES (6, 5, true, '2026-11-30 23:54:17.111504');
INSERT INTO public.goose_db_version VALUES (7, 6, true, '2026-11-30 23:54:17.140832');
INSERT INTO public.goose_db_version VALUES (8, 7, true, '2026-11-30 23:54:17.331946');
INSERT INTO public.goose_db_version VALUES (9, 8, true, '2026-11-30 23:54:17.356914');
INSERT INTO public.goose_db_version VALUES (10, 9, true, '2026-11-30 23:54:17.372789');
INSERT INTO public.goose_db_version VALUES (11, 10, true, '2026-11-30 23:54:17.374817');
INSERT INTO public.goose_db_version VALUES (12, 11, true, '2026-11-30 23:54:17.377224');
INSERT INTO public.goose_db_version VALUES (13, 12, true, '2026-11-30 23:54:17.379296');
INSERT INTO public.goose_db_version VALUES (14, 13, true, '2026-11-30 23:54:17.440606');
INSERT INTO public.goose_db_version VALUES (15, 14, true, '2026-11-30 23:54:17.448645');
INSERT INTO public.goose_db_version VALUES (16, 15, true, '2026-11-30 23:54:17.450926');
INSERT INTO public.goose_db_version VALUES (17, 16, true, '2026-11-30 23:54:17.452273');


--
-- Data for Name: interaction; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.interaction VALUES (1, 1, 'key', '2026-03-14 13:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);
INSERT INTO public.interaction VALUES (2, 1, 'key', '2026-03-14 13:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);
INSERT INTO public.interaction VALUES (3, 1, 'key', '2026-03-14 14:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);
INSERT INTO public.interaction VALUES (4, 1, 'key', '2026-03-14 14:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);
INSERT INTO public.interaction VALUES (5, 1, 'key', '2026-03-14 19:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);
INSERT INTO public.interaction VALUES (6, 1, 'key', '2026-03-14 19:04:00.123456+00', 1000000, 80000000, 95000000, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, '', '', 0);


--
-- Data for Name: login; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: network_second; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.network_second VALUES (1, 1, '2026-03-14 13:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO public.network_second VALUES (2, 1, '2026-03-14 13:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO public.network_second VALUES (3, 1, '2026-03-14 14:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO public.network_second VALUES (4, 1, '2026-03-14 14:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO public.network_second VALUES (5, 1, '2026-03-14 19:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO public.network_second VALUES (6, 1, '2026-03-14 19:04:00.123456+00', 1000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);


--
-- Data for Name: participant; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (1, 1, false, 1, 'P001', 'link1', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (2, 1, false, 2, 'P002', 'link2', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (3, 1, false, 3, 'P003', 'link3', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (4, 1, false, 4, 'P004', 'link4', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (5, 1, false, 5, 'P005', 'link5', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (6, 1, true, 1, 'T001', 'pilot1', '2026-03-14 12:00:00.123456+00');
INSERT INTO public.participant OVERRIDING SYSTEM VALUE VALUES (7, 1, true, 2, 'T002', 'pilot2', '2026-03-14 12:00:00.123456+00');


--
-- Data for Name: rating; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (1, 1, NULL, 'about', '2026-03-14 13:02:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (2, 1, 1, 'satisfaction', '2026-03-14 13:06:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (3, 1, 2, 'satisfaction', '2026-03-14 13:06:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (4, 2, NULL, 'about', '2026-03-14 14:02:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (5, 2, 7, 'satisfaction', '2026-03-14 14:06:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (6, 2, 8, 'satisfaction', '2026-03-14 14:06:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (7, 6, NULL, 'about', '2026-03-14 19:02:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (8, 6, 31, 'satisfaction', '2026-03-14 19:06:00.123456+00');
INSERT INTO public.rating OVERRIDING SYSTEM VALUE VALUES (9, 6, 32, 'satisfaction', '2026-03-14 19:06:00.123456+00');


--
-- Data for Name: recording; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: session; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 1, 1, '2026-03-14 13:00:00.123456+00', '2026-03-14 13:01:00.123456+00', '2026-03-14 13:02:00.123456+00', '2026-03-14 14:00:00.123456+00', true);
INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (2, 6, 1, 7, 1, '2026-03-14 14:00:00.123456+00', '2026-03-14 14:01:00.123456+00', '2026-03-14 14:02:00.123456+00', '2026-03-14 15:00:00.123456+00', true);
INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (3, 2, 1, 3, 0, '2026-03-14 15:00:00.123456+00', '2026-03-14 15:01:00.123456+00', NULL, NULL, false);
INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (4, 3, 2, 8, 0, '2026-03-14 17:00:00.123456+00', NULL, NULL, NULL, false);
INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (5, 7, 2, 1, 0, '2026-03-14 18:00:00.123456+00', NULL, NULL, NULL, false);
INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES (6, 4, 2, 6, 1, '2026-03-14 19:00:00.123456+00', '2026-03-14 19:01:00.123456+00', '2026-03-14 19:02:00.123456+00', '2026-03-14 20:00:00.123456+00', true);


--
-- Data for Name: slot; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: study; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.study OVERRIDING SYSTEM VALUE VALUES (1, '2026-03-14 12:00:00.123456+00', 1, '{"seed": 9223372036854775850, "about": "about", "order": "williams", "tasks": [{"id": "type", "goal": "letter.txt", "title": "Write a letter", "practice": false, "instruction": "Copy the letter on the left."}], "title": "Writing a letter from further away", "thanks": "Thanks.", "consent": "You will use a computer that may be slow.\n\nYou may stop at any time.", "methods": ["vnc", "stream", "local"], "networks": [{"name": "LAN", "network": {"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}}, {"name": "3G", "network": {"loss": 0.013, "rtt_ns": 120000000, "up_bps": 1500000, "down_bps": 7200000, "jitter_ns": 5000000, "queue_packets": 100}}], "practice": {"id": "try", "goal": "moved", "title": "Look around", "practice": true, "instruction": "Move a window."}, "appliance": "editor", "set_up_ns": 600000000000, "strategies": ["cluster"], "instruments": ["tlx", "satisfaction"], "pause_every": 2, "trial_limit_ns": 180000000000}');


--
-- Data for Name: transition; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (1, 1, 'preparing', '2026-03-14 13:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (2, 1, 'running', '2026-03-14 13:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (3, 1, 'finished', '2026-03-14 13:05:00.123456+00', 2000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (4, 2, 'preparing', '2026-03-14 13:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (5, 2, 'running', '2026-03-14 13:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (6, 2, 'finished', '2026-03-14 13:05:00.123456+00', 2000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (7, 3, 'preparing', '2026-03-14 14:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (8, 3, 'running', '2026-03-14 14:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (9, 3, 'finished', '2026-03-14 14:05:00.123456+00', 2000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (10, 4, 'preparing', '2026-03-14 14:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (11, 4, 'running', '2026-03-14 14:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (12, 4, 'finished', '2026-03-14 14:05:00.123456+00', 2000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (13, 5, 'preparing', '2026-03-14 19:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (14, 5, 'running', '2026-03-14 19:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (15, 5, 'finished', '2026-03-14 19:05:00.123456+00', 2000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (16, 6, 'preparing', '2026-03-14 19:03:00.123456+00', 0);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (17, 6, 'running', '2026-03-14 19:04:00.123456+00', 1000000000);
INSERT INTO public.transition OVERRIDING SYSTEM VALUE VALUES (18, 6, 'finished', '2026-03-14 19:05:00.123456+00', 2000000000);


--
-- Data for Name: trial; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (1, 1, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (2, 1, 1, 'vnc', '3G', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (3, 1, 2, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (4, 1, 3, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (5, 1, 4, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (6, 1, 5, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (7, 2, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (8, 2, 1, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (9, 2, 2, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (10, 2, 3, 'vnc', '3G', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (11, 2, 4, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (12, 2, 5, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (13, 3, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (14, 3, 1, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (15, 3, 2, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (16, 3, 3, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (17, 3, 4, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (18, 3, 5, 'vnc', '3G', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (19, 4, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (20, 4, 1, 'vnc', '3G', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (21, 4, 2, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (22, 4, 3, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (23, 4, 4, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (24, 4, 5, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (25, 5, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (26, 5, 1, 'vnc', '3G', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (27, 5, 2, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (28, 5, 3, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (29, 5, 4, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (30, 5, 5, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (31, 6, 0, 'local', 'none', 'try', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (32, 6, 1, 'local', 'none', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (33, 6, 2, 'stream', '3G', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (34, 6, 3, 'vnc', 'LAN', 'type', NULL, NULL);
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (35, 6, 4, 'stream', 'LAN', 'type', NULL, 'cluster');
INSERT INTO public.trial OVERRIDING SYSTEM VALUE VALUES (36, 6, 5, 'vnc', '3G', 'type', NULL, NULL);


--
-- Data for Name: version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.version OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, '29dd3405e34522d9998df0295370f28f93456d023ccc16d7857db99e472bb9d8', '2026-03-14 12:00:00.123456+00', 1, '{"seed": 9223372036854775850, "about": "about", "order": "williams", "tasks": [{"id": "type", "goal": "letter.txt", "title": "Write a letter", "practice": false, "instruction": "Copy the letter on the left."}], "title": "Writing a letter from afar", "thanks": "Thank you. The results will be on the notice board in May.", "consent": "You will use a computer that may be slow.\n\nYou may stop at any time.", "methods": ["vnc", "stream", "local"], "networks": [{"name": "LAN", "network": {"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}}, {"name": "3G", "network": {"loss": 0.013, "rtt_ns": 120000000, "up_bps": 1500000, "down_bps": 7200000, "jitter_ns": 5000000, "queue_packets": 100}}], "practice": {"id": "try", "goal": "moved", "title": "Look around", "practice": true, "instruction": "Move a window."}, "appliance": "editor", "set_up_ns": 600000000000, "strategies": ["cluster"], "instruments": ["tlx", "satisfaction"], "pause_every": 2, "trial_limit_ns": 180000000000}');
INSERT INTO public.version OVERRIDING SYSTEM VALUE VALUES (2, 1, 2, 'd1cbe0ce369deb969ba6687b044f79e460384834116cfa92ef50cbb3203faaca', '2026-03-14 16:00:00.123456+00', 1, '{"seed": 9223372036854775850, "about": "about", "order": "williams", "tasks": [{"id": "type", "goal": "letter.txt", "title": "Write a letter", "practice": false, "instruction": "Copy the letter on the left."}], "title": "Writing a letter from further away", "thanks": "Thanks.", "consent": "You will use a computer that may be slow.\n\nYou may stop at any time.", "methods": ["vnc", "stream", "local"], "networks": [{"name": "LAN", "network": {"loss": 0, "rtt_ns": 0, "up_bps": 0, "down_bps": 0, "jitter_ns": 0, "queue_packets": 0}}, {"name": "3G", "network": {"loss": 0.013, "rtt_ns": 120000000, "up_bps": 1500000, "down_bps": 7200000, "jitter_ns": 5000000, "queue_packets": 100}}], "practice": {"id": "try", "goal": "moved", "title": "Look around", "practice": true, "instruction": "Move a window."}, "appliance": "editor", "set_up_ns": 600000000000, "strategies": ["cluster"], "instruments": ["tlx", "satisfaction"], "pause_every": 2, "trial_limit_ns": 180000000000}');


--
-- Name: attempt_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.attempt_id_seq', 6, true);


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 1, false);


--
-- Name: calibration_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.calibration_id_seq', 1, false);


--
-- Name: event_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.event_id_seq', 1, false);


--
-- Name: experimenter_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.experimenter_id_seq', 1, true);


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.goose_db_version_id_seq', 17, true);


--
-- Name: participant_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.participant_id_seq', 7, true);


--
-- Name: rating_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.rating_id_seq', 9, true);


--
-- Name: session_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.session_id_seq', 6, true);


--
-- Name: slot_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.slot_id_seq', 1, false);


--
-- Name: study_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.study_id_seq', 1, true);


--
-- Name: transition_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.transition_id_seq', 18, true);


--
-- Name: trial_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.trial_id_seq', 36, true);


--
-- Name: version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.version_id_seq', 2, true);


--
-- Name: answer answer_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_once PRIMARY KEY (rating, item);


--
-- Name: attempt attempt_number_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_number_once UNIQUE (trial, number);


--
-- Name: attempt attempt_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (id);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: batch batch_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_once PRIMARY KEY (attempt, page, number);


--
-- Name: calibration calibration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calibration
    ADD CONSTRAINT calibration_pkey PRIMARY KEY (id);


--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);


--
-- Name: experimenter experimenter_name_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.experimenter
    ADD CONSTRAINT experimenter_name_once UNIQUE (name);


--
-- Name: experimenter experimenter_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.experimenter
    ADD CONSTRAINT experimenter_pkey PRIMARY KEY (id);


--
-- Name: goose_db_version goose_db_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);


--
-- Name: interaction interaction_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.interaction
    ADD CONSTRAINT interaction_once PRIMARY KEY (attempt, page, number);


--
-- Name: login login_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_pkey PRIMARY KEY (token_sha256);


--
-- Name: network_second network_second_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network_second
    ADD CONSTRAINT network_second_pkey PRIMARY KEY (attempt, number);


--
-- Name: participant participant_code_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_code_once UNIQUE (study, code);


--
-- Name: participant participant_link_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_link_once UNIQUE (link);


--
-- Name: participant participant_number_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_number_once UNIQUE (study, pilot, number);


--
-- Name: participant participant_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_pkey PRIMARY KEY (id);


--
-- Name: rating rating_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_once UNIQUE NULLS NOT DISTINCT (session, trial, instrument);


--
-- Name: rating rating_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_pkey PRIMARY KEY (id);


--
-- Name: recording recording_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recording
    ADD CONSTRAINT recording_pkey PRIMARY KEY (attempt);


--
-- Name: session session_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_once UNIQUE (participant);


--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);


--
-- Name: slot slot_one_each; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_one_each UNIQUE (participant);


--
-- Name: slot slot_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_pkey PRIMARY KEY (id);


--
-- Name: slot slot_station_free; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_station_free EXCLUDE USING gist (station WITH =, tstzrange(starts_at, ends_at) WITH &&);


--
-- Name: study study_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.study
    ADD CONSTRAINT study_pkey PRIMARY KEY (id);


--
-- Name: transition transition_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transition
    ADD CONSTRAINT transition_once UNIQUE (attempt, state);


--
-- Name: transition transition_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transition
    ADD CONSTRAINT transition_pkey PRIMARY KEY (id);


--
-- Name: trial trial_of_session; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trial
    ADD CONSTRAINT trial_of_session UNIQUE (id, session);


--
-- Name: trial trial_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trial
    ADD CONSTRAINT trial_pkey PRIMARY KEY (id);


--
-- Name: trial trial_position_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trial
    ADD CONSTRAINT trial_position_once UNIQUE (session, "position");


--
-- Name: version version_number_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_number_once UNIQUE (study, number);


--
-- Name: version version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (id);


--
-- Name: attempt_counts_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX attempt_counts_once ON public.attempt USING btree (trial) WHERE (state = ANY (ARRAY['preparing'::text, 'running'::text, 'finished'::text]));


--
-- Name: calibration_of_study; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calibration_of_study ON public.calibration USING btree (study, id);


--
-- Name: event_of_session; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX event_of_session ON public.event USING btree (session, at);


--
-- Name: event_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX event_once ON public.event USING btree (attempt, page, number) WHERE (number > 0);


--
-- Name: login_of_experimenter; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_of_experimenter ON public.login USING btree (experimenter);


--
-- Name: session_of_version; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX session_of_version ON public.session USING btree (version, sequence);


--
-- Name: slot_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX slot_by_time ON public.slot USING btree (starts_at);


--
-- Name: answer answer_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER answer_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.answer FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: attempt attempt_stays; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER attempt_stays BEFORE DELETE OR TRUNCATE ON public.attempt FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: audit audit_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: batch batch_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER batch_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.batch FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: calibration calibration_ended_stays; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER calibration_ended_stays BEFORE DELETE OR UPDATE ON public.calibration FOR EACH ROW WHEN ((old.state <> 'running'::text)) EXECUTE FUNCTION public.refuse_change();


--
-- Name: calibration calibration_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER calibration_no_truncate BEFORE TRUNCATE ON public.calibration FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: event event_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: interaction interaction_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER interaction_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.interaction FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: network_second network_second_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER network_second_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.network_second FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: rating rating_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER rating_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.rating FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: transition transition_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transition_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transition FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: version version_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER version_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.version FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: answer answer_rating_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_rating_fkey FOREIGN KEY (rating) REFERENCES public.rating(id);


--
-- Name: attempt attempt_trial_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_trial_fkey FOREIGN KEY (trial) REFERENCES public.trial(id);


--
-- Name: batch batch_attempt_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_attempt_fkey FOREIGN KEY (attempt) REFERENCES public.attempt(id);


--
-- Name: calibration calibration_study_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calibration
    ADD CONSTRAINT calibration_study_fkey FOREIGN KEY (study) REFERENCES public.study(id);


--
-- Name: event event_attempt_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_attempt_fkey FOREIGN KEY (attempt) REFERENCES public.attempt(id);


--
-- Name: event event_experimenter_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_experimenter_fkey FOREIGN KEY (experimenter) REFERENCES public.experimenter(id);


--
-- Name: event event_session_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_session_fkey FOREIGN KEY (session) REFERENCES public.session(id);


--
-- Name: login login_experimenter_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_experimenter_fkey FOREIGN KEY (experimenter) REFERENCES public.experimenter(id) ON DELETE CASCADE;


--
-- Name: network_second network_second_attempt_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.network_second
    ADD CONSTRAINT network_second_attempt_fkey FOREIGN KEY (attempt) REFERENCES public.attempt(id);


--
-- Name: participant participant_study_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_study_fkey FOREIGN KEY (study) REFERENCES public.study(id);


--
-- Name: rating rating_of_own_trial; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_of_own_trial FOREIGN KEY (trial, session) REFERENCES public.trial(id, session);


--
-- Name: rating rating_session_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_session_fkey FOREIGN KEY (session) REFERENCES public.session(id);


--
-- Name: recording recording_attempt_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recording
    ADD CONSTRAINT recording_attempt_fkey FOREIGN KEY (attempt) REFERENCES public.attempt(id);


--
-- Name: session session_participant_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_participant_fkey FOREIGN KEY (participant) REFERENCES public.participant(id);


--
-- Name: session session_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_version_fkey FOREIGN KEY (version) REFERENCES public.version(id);


--
-- Name: slot slot_participant_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_participant_fkey FOREIGN KEY (participant) REFERENCES public.participant(id);


--
-- Name: slot slot_study_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_study_fkey FOREIGN KEY (study) REFERENCES public.study(id);


--
-- Name: study study_created_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.study
    ADD CONSTRAINT study_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.experimenter(id);


--
-- Name: transition transition_attempt_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transition
    ADD CONSTRAINT transition_attempt_fkey FOREIGN KEY (attempt) REFERENCES public.attempt(id);


--
-- Name: trial trial_session_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.trial
    ADD CONSTRAINT trial_session_fkey FOREIGN KEY (session) REFERENCES public.session(id);


--
-- Name: version version_published_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_published_by_fkey FOREIGN KEY (published_by) REFERENCES public.experimenter(id);


--
-- Name: version version_study_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.version
    ADD CONSTRAINT version_study_fkey FOREIGN KEY (study) REFERENCES public.study(id);


--
-- PostgreSQL database dump complete
--


