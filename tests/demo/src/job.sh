echo "The job begins."
aws ec2 describe-regions
echo "It pauses for nine seconds, until its session is over."
sleep 9
aws ec2 describe-regions
