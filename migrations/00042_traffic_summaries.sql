-- Why: the results page says of each trial how much of its network's rate was used at most. What passed in each second is half a million rows in a large
-- study, too many for a page. The busiest second of an attempt is kept beside them, in the transaction that stores them. Everything here follows from
-- the table network_second.

-- +goose Up
CREATE TABLE traffic_summary (
    attempt      bigint PRIMARY KEY REFERENCES attempt,
    -- payload that reached the participant in the busiest second of half a second or more, in bits a second; see study.Busiest
    goodput_down bigint NOT NULL CHECK (goodput_down >= 0)
);

INSERT INTO traffic_summary (attempt, goodput_down)
SELECT attempt, max(trunc(8 * greatest(0, bytes_down - 52 * packets_down) / (span_ns / 1e9)))
FROM network_second
WHERE span_ns >= 500000000
GROUP BY attempt;
