-- ARGV[2] a topic's name. Gives 1, or 0 where there was no such topic.
redis.call('UNLINK', its_topic(ARGV[2]))
redis.call('HDEL', its_topic_bytes, ARGV[2])
return redis.call('ZREM', its_topics, ARGV[2])
